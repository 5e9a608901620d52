import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  BatchEncoder,
  compileSchema,
  type DecodedPayload,
  isPayloadError,
  type PayloadCodec,
  type Reading,
} from "@bollard/payload";
import type { SensorSchema } from "@bollard/schema";
import { readSchemaFile } from "@bollard/schema/file";
import { describe, expect, test } from "vitest";
import { changeBytes } from "./change-bytes.js";
import { Random } from "./random.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const isFull = process.env.BOLLARD_FULL === "1";
const inputsPerSchema = isFull ? 110_000 : 8_000;
const arrival = 1_538_352_243;

interface Target {
  readonly schema: SensorSchema;
  /** With made code and without. */
  readonly codecs: readonly PayloadCodec[];
  /** Messages that are right, or nearly. */
  readonly seeds: readonly Uint8Array[];
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

function loadTargets(): readonly Target[] {
  const vectors = `${root}test/vectors/`;
  const folders = readdirSync(vectors, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== "schemas",
  );
  return folders.map(({ name }) => {
    const cases = readdirSync(vectors + name).map((file): { schema: string; bytes: string } =>
      JSON.parse(readFileSync(`${vectors}${name}/${file}`, "utf8")),
    );
    const schema = readSchemaFile(root + cases[0]?.schema);
    return {
      schema,
      codecs: [true, false].map((generate) => compileSchema(schema, { generate })),
      // A message of 255 rows takes long, and a shorter one has all that it has.
      seeds: cases.map(({ bytes }) => fromHex(bytes)).filter(({ length }) => length <= 400),
    };
  });
}

const targets = loadTargets();

/** What a decoder makes of bytes: readings, or the error that it tells. */
function outcomeOf(codec: PayloadCodec, bytes: Uint8Array): DecodedPayload | string {
  try {
    return codec.decode(bytes, { arrival });
  } catch (error) {
    if (!isPayloadError(error)) throw error;
    if (error.offset === undefined || error.offset < 0 || error.offset > bytes.length) {
      throw new Error(`${error.code} has the offset ${error.offset}`);
    }
    return `${error.code} at ${error.offset}`;
  }
}

/** Encodes decoded readings again, as the message they came in had them. */
function encodeAgain({ schema }: Target, codec: PayloadCodec, decoded: DecodedPayload): Uint8Array {
  const { form, timeMode, milliseconds, readings } = decoded;
  const options = { timeMode, milliseconds, schemaId: decoded.schemaId !== undefined };
  if (form === "single") {
    const keyed = decoded.key === undefined ? options : { ...options, key: decoded.key };
    return codec.encode(readings[0] as Reading, keyed);
  }
  const encoder = new BatchEncoder(schema, options);
  encoder.open(new Uint8Array(65_536), decoded.key);
  for (const reading of readings) {
    if (!encoder.append(reading)) throw new Error("a row that was read is not written");
  }
  return encoder.close();
}

/** Throws where any of what must hold for every input does not. */
function check(target: Target, bytes: Uint8Array): boolean {
  const [made, looped] = target.codecs.map((codec) => outcomeOf(codec, bytes));
  expect(looped).toEqual(made);
  const [codec] = target.codecs;
  if (typeof made !== "object" || codec === undefined) return false;
  expect(made.readings.length).toBeLessThanOrEqual(255);
  const again = codec.decode(encodeAgain(target, codec, made), { arrival });
  expect(again).toEqual(made);
  return true;
}

function checkNamed(target: Target, bytes: Uint8Array): boolean {
  try {
    return check(target, bytes);
  } catch (error) {
    const line = `${target.schema.name} ${Buffer.from(bytes).toString("hex")}`;
    throw new Error(`a line for test/fuzz/corpus/payload-decode.txt: ${line}`, { cause: error });
  }
}

describe("decodePayload gives readings or a PayloadError, the same with and without made code", () => {
  test("of every input that was hard once", () => {
    const corpus = readFileSync(`${root}test/fuzz/corpus/payload-decode.txt`, "utf8");
    const lines = corpus.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    for (const line of lines) {
      const [name, hex = ""] = line.split(" ");
      const target = targets.find(({ schema }) => schema.name === name);
      if (target === undefined) throw new Error(`the corpus has an unknown schema, ${name}`);
      checkNamed(target, fromHex(hex));
    }
    expect(lines.length).toBeGreaterThan(0);
  });

  test.each(targets.map((target) => [target.schema.name, target] as const))(
    "of whatever becomes of the messages of %s",
    (_, target) => {
      const random = new Random(target.schema.id);
      let readable = 0;
      for (let input = 0; input < inputsPerSchema; input++) {
        const bytes =
          input % 8 === 0
            ? random.bytes(random.below(80))
            : changeBytes(random, random.pick(target.seeds), target.seeds);
        if (checkNamed(target, bytes)) readable++;
      }
      // Were next to none readable, the changes would test the header alone.
      expect(readable).toBeGreaterThan(inputsPerSchema / 50);
    },
    1_800_000,
  );
});
