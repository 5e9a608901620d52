import { type CModel, cModelOf, formatCReading, parseCReading } from "@bollard/codegen/testing";
import {
  BatchEncoder,
  compileSchema,
  decodePayload,
  encodePayload,
  isPayloadError,
  type MessageKey,
  type Reading,
  toRecords,
} from "@bollard/payload";
import {
  arrivalForTests,
  readingArbitrary,
  readingsArbitrary,
  schemaArbitrary,
} from "@bollard/payload/testing";
import type { SensorSchema } from "@bollard/schema";
import { decodeSenmlCbor } from "@bollard/senml";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inFolder } from "./c/build-host.js";
import { Dialogue, errorEnd, hex } from "./c/dialogue.js";
import { buildHostProgram, type HostProgram } from "./c/host-program.js";

const isFull = process.env.BOLLARD_FULL === "1";
const schemaCount = isFull ? 1000 : 50;
const readingCount = 100;
/** Schemas of one program: so many share the runtime. */
const groupSize = 25;
const roomy = 8192;
const key = { boot: 7, sequence: 4_000_000_000 };

const seed = 20_181_001;

/** Random schemas, each with a name of its own. */
function schemasOf(group: number, count: number): SensorSchema[] {
  return fc
    .sample(schemaArbitrary, { numRuns: count, seed: seed + group })
    .map((schema, index) => ({ ...schema, name: `any-${index}` }));
}

function readingsOf(schema: SensorSchema, group: number): Reading[] {
  const single = fc.sample(readingArbitrary(schema), { numRuns: 40, seed: seed + group });
  const street = fc.sample(readingsArbitrary(schema), { numRuns: 20, seed: seed + group }).flat();
  return [...single, ...street].slice(0, readingCount);
}

/** What the driver prints of readings that it has read to their end. */
function decoded(model: CModel, readings: readonly Reading[], length: number): string {
  const rows = readings.map((reading) => `| ${formatCReading(model, reading)}`).join("");
  return `${rows}|1 ${length}`;
}

/** A decoder's answer without what stands in the place of missing values. */
function presentOnly(model: CModel): (answer: string) => string {
  return (answer) => {
    const rows = answer.split("|").slice(1);
    const end = rows.pop();
    const shown = rows.map((row) => formatCReading(model, parseCReading(model, row.trim())));
    return `${shown.map((row) => `| ${row}`).join("")}|${end}`;
  };
}

function saySingles(
  dialogue: Dialogue,
  index: number,
  model: CModel,
  readings: readonly Reading[],
) {
  const { schema } = model;
  for (const reading of readings) {
    const words = formatCReading(model, reading);
    const plain = encodePayload(schema, reading);
    const keyed = encodePayload(schema, reading, { key });
    dialogue.say(`${index} S ${roomy} ${words}`, hex(plain));
    dialogue.say(`${index} S ${plain.length} ${words}`, hex(plain));
    dialogue.say(`${index} S ${plain.length - 1} ${words}`, "-");
    dialogue.say(`${index} K ${key.boot} ${key.sequence} ${roomy} ${words}`, hex(keyed));
    const arrival = Math.floor(reading.time ?? arrivalForTests);
    dialogue.say(`${index} D ${arrival} ${hex(plain)}`, decoded(model, [reading], plain.length));
  }
  for (const reading of readings.slice(0, 5)) {
    sayDamaged(dialogue, index, model, encodePayload(schema, reading));
  }
}

function sayBatches(
  dialogue: Dialogue,
  index: number,
  model: CModel,
  readings: readonly Reading[],
  capacity: number,
  key?: MessageKey,
) {
  const { schema } = model;
  const view = presentOnly(model);
  const encoder = new BatchEncoder(schema);
  const out = new Uint8Array(capacity);
  let taken: Reading[] = [];
  const open = () => {
    encoder.open(out, key);
    const call = key === undefined ? "O" : `P ${key.boot} ${key.sequence}`;
    dialogue.say(`${index} ${call} ${capacity}`, "ok");
    taken = [];
  };
  const close = () => {
    const bytes = encoder.close();
    dialogue.say(`${index} F`, hex(bytes));
    const arrival = Math.floor(taken[0]?.time ?? arrivalForTests);
    dialogue.say(`${index} D ${arrival} ${hex(bytes)}`, decoded(model, taken, bytes.length), view);
    sayDamaged(dialogue, index, model, bytes.slice());
  };
  const append = (reading: Reading): boolean => {
    const fits = encoder.append(reading);
    dialogue.say(`${index} A ${formatCReading(model, reading)}`, fits ? "0" : "1");
    if (fits) taken.push(reading);
    return fits;
  };
  open();
  for (const reading of readings) {
    if (append(reading)) continue;
    close();
    open();
    append(reading);
  }
  close();
}

/** What C is to end with: the end itself, or the code and offset of the TypeScript's error. */
function endOf(schema: SensorSchema, bytes: Uint8Array, arrival: number): string {
  try {
    decodePayload(schema, bytes, { arrival });
    return `1 ${bytes.length}`;
  } catch (error) {
    if (!isPayloadError(error)) throw error;
    return errorEnd(error.code, error.offset);
  }
}

/** Payloads with one bit flipped, cut short, or with a byte behind them. */
function sayDamaged(dialogue: Dialogue, index: number, { schema }: CModel, good: Uint8Array) {
  const damaged = [
    good.subarray(0, good.length >> 1),
    Uint8Array.of(...good, 0),
    ...Array.from({ length: 8 }, (_, round) => {
      const bytes = good.slice();
      const bit = (round * 37 + good.length * 11) % (8 * good.length);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
      return bytes;
    }),
  ];
  const lastOnly = (answer: string) => answer.slice(answer.lastIndexOf("|") + 1);
  for (const bytes of damaged) {
    const end = endOf(schema, bytes, arrivalForTests);
    dialogue.say(`${index} D ${arrivalForTests} ${hex(bytes)}`, end, lastOnly);
  }
}

describe("C and TypeScript agree on random schemas", () => {
  for (let group = 0; group * groupSize < schemaCount; group++) {
    test(`bytes of readings and batches, group ${group}`, async () => {
      await inFolder(async (folder) => {
        const program = await buildHostProgram(folder, schemasOf(group, groupSize));
        const dialogue = new Dialogue();
        for (const [index, model] of program.models.entries()) {
          const readings = readingsOf(model.schema, group);
          saySingles(dialogue, index, model, readings);
          const { maxSingleBytes } = compileSchema(model.schema);
          // Room for the first row and little more, and room for all.
          sayBatches(dialogue, index, model, readings, maxSingleBytes + 20, key);
          sayBatches(dialogue, index, model, readings, roomy);
        }
        dialogue.expectFrom(program);
        expectSenml(program, group);
      });
    }, 600_000);
  }
});

/** RFC 8428, section 4.5.3: times below are relative to now. */
const firstAbsoluteTime = 2 ** 28;

function expectSenml(program: HostProgram, group: number): void {
  const base = "urn:dev:mac:0024befffe804ff1/";
  const asked = program.models.flatMap((model, index) =>
    readingsOf(model.schema, group)
      .filter(({ time }) => time === undefined || time >= firstAbsoluteTime)
      .slice(0, 20)
      .map((reading) => ({ index, model, reading })),
  );
  const answers = program.run(
    asked.map(
      ({ index, model, reading }) =>
        `${index} N ${base} ${1 << 15} ${formatCReading(model, reading)}`,
    ),
  );
  const dialogue = new Dialogue();
  for (const [at, { index, model, reading }] of asked.entries()) {
    const answer = answers[at] ?? "";
    const bytes = Buffer.from(answer, "hex");
    expect(decodeSenmlCbor(bytes)).toEqual(toRecords(model.schema, reading, { baseName: base }));
    const words = formatCReading(model, reading);
    dialogue.say(`${index} N ${base} ${bytes.length} ${words}`, answer);
    dialogue.say(`${index} N ${base} ${bytes.length - 1} ${words}`, "-");
  }
  dialogue.expectFrom(program);
}

test("a reading printed by the driver is the one that was given to it", () => {
  fc.assert(
    fc.property(
      schemaArbitrary.chain((schema) => fc.tuple(fc.constant(schema), readingArbitrary(schema))),
      ([schema, reading]) => {
        const model = cModelOf(schema, "any");
        expect(parseCReading(model, formatCReading(model, reading))).toEqual(reading);
      },
    ),
  );
});
