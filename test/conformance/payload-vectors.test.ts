import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  BatchEncoder,
  compileSchema,
  type FieldValue,
  isPayloadError,
  type MessageKey,
  type PayloadCodec,
  type Reading,
} from "@bollard/payload";
import type { SensorSchema, TimeMode } from "@bollard/schema";
import { readSchemaFile } from "@bollard/schema/file";
import { describe, expect, test } from "vitest";

interface Vector {
  readonly schema: string;
  readonly bytes: string;
  readonly arrival: number | null;
  readonly error?: { readonly code: string; readonly offset: number };
  readonly form: "single" | "batch";
  readonly timeMode: TimeMode;
  readonly milliseconds: boolean;
  readonly schemaId: boolean;
  readonly key: MessageKey | null;
  readonly readings: readonly {
    readonly time: number | null;
    readonly values: Readonly<Record<string, unknown>>;
  }[];
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const vectors = `${root}test/vectors/`;
const folders = readdirSync(vectors, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "schemas")
  .map(({ name }) => name);

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

function readVector(folder: string, file: string): Vector {
  return JSON.parse(readFileSync(`${vectors}${folder}/${file}`, "utf8"));
}

/** The readings as the codec takes them: bytes from hexadecimal, no time in mode none. */
function readingsOf(schema: SensorSchema, { readings }: Vector): readonly Reading[] {
  const kinds = new Map(schema.fields.map(({ name, kind }) => [name, kind]));
  return readings.map(({ time, values }) => {
    const entries = Object.entries(values).map(([name, value]) => {
      const isBytes = kinds.get(name) === "bytes" && typeof value === "string";
      return [name, isBytes ? Uint8Array.from(Buffer.from(value, "hex")) : value] as const;
    });
    const read = Object.fromEntries(entries) as Record<string, FieldValue>;
    return time === null ? { values: read } : { time, values: read };
  });
}

function encode(schema: SensorSchema, codec: PayloadCodec, vector: Vector): Uint8Array {
  const { timeMode, milliseconds, schemaId, form, key } = vector;
  const options = { timeMode, milliseconds, schemaId };
  const readings = readingsOf(schema, vector);
  if (form === "single") {
    const [reading] = readings;
    if (reading === undefined) throw new Error("the vector has no reading");
    return codec.encode(reading, key === null ? options : { ...options, key });
  }
  const encoder = new BatchEncoder(schema, options);
  encoder.open(new Uint8Array(vector.bytes.length / 2), key ?? undefined);
  for (const reading of readings) expect(encoder.append(reading)).toBe(true);
  return encoder.close();
}

describe.each(folders)("the vectors of %s", (folder) => {
  const files = readdirSync(vectors + folder);
  const [first = ""] = files;
  const schema = readSchemaFile(root + readVector(folder, first).schema);
  const codecs = [true, false].map((generate) => compileSchema(schema, { generate }));

  test.each(files.filter((file) => !file.startsWith("error-")))("%s both ways", (file) => {
    const vector = readVector(folder, file);
    const { timeMode, milliseconds, key } = vector;
    const arrival = vector.arrival ?? 0;
    for (const codec of codecs) {
      expect(hexOf(encode(schema, codec, vector))).toBe(vector.bytes);
      expect(codec.decode(Buffer.from(vector.bytes, "hex"), { arrival })).toEqual({
        form: vector.form,
        timeMode,
        milliseconds,
        ...(vector.schemaId ? { schemaId: schema.id } : {}),
        ...(key === null ? {} : { key }),
        readings: readingsOf(schema, vector),
      });
    }
  });

  test("those that must be refused, each with its error", () => {
    for (const file of files.filter((name) => name.startsWith("error-"))) {
      const { bytes, arrival, error } = readVector(folder, file);
      for (const codec of codecs) {
        const options = arrival === null ? {} : { arrival };
        expect([file, refusal(() => codec.decode(Buffer.from(bytes, "hex"), options))]).toEqual([
          file,
          error,
        ]);
      }
    }
  });
});

function refusal(decode: () => unknown): { code: string; offset: number | undefined } | undefined {
  try {
    decode();
  } catch (error) {
    if (isPayloadError(error)) return { code: error.code, offset: error.offset };
    throw error;
  }
  return undefined;
}

describe("docs/payload-format.md", () => {
  const text = readFileSync(`${root}docs/payload-format.md`, "utf8");
  const blocks = [...text.matchAll(/^```\n((?:[0-9a-f]{2} )+[0-9a-f]{2})\n```$/gm)].map(
    ([, bytes = ""]) => bytes.replaceAll(" ", ""),
  );

  test("has the bytes of its examples", () => {
    const named = ["single", "batch"].map((name) => readVector("street-air", `${name}.json`).bytes);
    expect(blocks).toEqual(named);
    for (const [name, start] of [
      ["key", "16 01 03 00 02 01 00 00 5b"],
      ["time-16", "20 64 0f f8"],
    ] as const) {
      const { bytes } = readVector("street-air", `${name}.json`);
      expect(bytes.startsWith(start.replaceAll(" ", ""))).toBe(true);
      expect(text).toContain(`\`${start} …\``);
    }
  });

  test("has every bit of the batch in its table", () => {
    const { bytes } = readVector("street-air", "batch.json");
    const rows = [...text.matchAll(/^\| [234] \| `([01]+)` \|/gm)].map(([, bits = ""]) => bits);
    const all = [...Buffer.from(bytes, "hex")].map((byte) => byte.toString(2).padStart(8, "0"));
    const told = rows.join("");
    // Header, row count and first row: 3 bytes, 32 bits of time, 5 of the mask, 62 of the fields.
    const firstRow = 8 * 3 + 32 + 5 + 62;
    expect(all.join("").slice(firstRow).startsWith(told)).toBe(true);
    expect(all.join("").slice(firstRow + told.length)).toMatch(/^0{0,7}$/);
  });

  test("lists every error of a decoder", () => {
    const source = readFileSync(`${root}packages/payload/src/error.ts`, "utf8");
    const decoding = source.slice(0, source.indexOf("// A reading that cannot be written"));
    for (const [, code] of decoding.matchAll(/"(PAYLOAD_[A-Z_]+)"/g)) {
      expect(text).toContain(`\`${code}\``);
    }
  });
});
