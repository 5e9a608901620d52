import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CModel, formatCReading } from "@bollard/codegen/testing";
import { BatchEncoder, compileSchema, type Reading } from "@bollard/payload";
import { readingArbitrary } from "@bollard/payload/testing";
import { readSchemaFile } from "@bollard/schema/file";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Dialogue, hex } from "./c/dialogue.js";
import { buildHostProgram, type HostProgram } from "./c/host-program.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const schemas = [
  "test/bench/c/street-node.schema.yaml",
  "test/vectors/schemas/every-kind.schema.yaml",
].map((path) => readSchemaFile(join(root, path)));
const appended = "0";
const full = "1";
const refused = "2";
const roomy = 4096;

/** What the TypeScript makes of the rows. */
function batchOf({ schema }: CModel, readings: readonly Reading[]): string {
  const encoder = new BatchEncoder(schema);
  encoder.open(new Uint8Array(roomy));
  for (const reading of readings) encoder.append(reading);
  return hex(encoder.close());
}

/** Any readings, a minute apart. */
function goodReadings({ schema }: CModel, count: number): Reading[] {
  return fc
    .sample(readingArbitrary(schema), { numRuns: count, seed: 7 })
    .map(({ values }, index) => ({ time: 1_764_000_000 + 60 * index, values }));
}

/** Words of a reading that is good but for one value. */
function badReadings(model: CModel): string[] {
  const [good] = goodReadings(model, 1) as [Reading];
  const withValues = (values: Reading["values"]) =>
    formatCReading(model, { ...good, values: { ...good.values, ...values } });
  if (model.schema.name === "street-node") {
    return [
      withValues({ pm25: 1000 }),
      withValues({ temperature: -40.1 }),
      withValues({ battery: 6 }),
    ];
  }
  const text = withValues({ label: "ok" });
  return [
    withValues({ narrow: 2 }),
    withValues({ bins: [1, 2, 3, 4, 4096] }),
    text.replace(" 2 6f6b ", " 2 c328 "), // no UTF-8
    withValues({ label: "ok", raw: new Uint8Array(4) }).replace(" 4 00000000 ", " 5 00000000 "),
  ];
}

let folder: string;
let program: HostProgram;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bollard-c-"));
  program = await buildHostProgram(folder, schemas);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Says what a test asks of every schema, and compares all answers. */
function converse(say: (dialogue: Dialogue, index: number, model: CModel) => void): void {
  const dialogue = new Dialogue();
  for (const [index, model] of program.models.entries()) say(dialogue, index, model);
  dialogue.expectFrom(program);
  expect(dialogue.lines.length).toBeGreaterThan(10);
}

test("what is refused, as the first row or later, leaves no trace in a batch", () => {
  converse((dialogue, index, model) => {
    const readings = goodReadings(model, 6);
    const bad = badReadings(model);
    dialogue.say(`${index} O ${roomy}`, "ok");
    for (const reading of readings) {
      for (const words of bad) dialogue.say(`${index} A ${words}`, refused);
      dialogue.say(`${index} A ${formatCReading(model, reading)}`, appended);
    }
    for (const words of bad) dialogue.say(`${index} A ${words}`, refused);
    dialogue.say(`${index} F`, batchOf(model, readings));
    for (const words of bad) dialogue.say(`${index} S ${roomy} ${words}`, "-");
    for (const words of bad) dialogue.say(`${index} N - ${roomy} ${words}`, "-");
  });
});

test("a batch that said it is full takes nothing more, and is what it was before", () => {
  converse((dialogue, index, model) => {
    const readings = goodReadings(model, 12);
    const [first] = readings as [Reading];
    const { maxSingleBytes } = compileSchema(model.schema);
    for (let more = 1; more < 40; more += 3) {
      const capacity = maxSingleBytes + more;
      const encoder = new BatchEncoder(model.schema);
      encoder.open(new Uint8Array(capacity));
      dialogue.say(`${index} O ${capacity}`, "ok");
      const taken = readings.findIndex((reading) => !encoder.append(reading));
      const rows = taken < 0 ? readings : readings.slice(0, taken);
      for (const row of rows) dialogue.say(`${index} A ${formatCReading(model, row)}`, appended);
      if (taken >= 0) {
        dialogue.say(`${index} A ${formatCReading(model, readings[taken] as Reading)}`, full);
        // Not even a row that is as the last one.
        const again = formatCReading(model, rows.at(-1) ?? first);
        dialogue.say(`${index} A ${again}`, full);
      }
      const message = batchOf(model, rows);
      dialogue.say(`${index} F`, message);
      dialogue.say(`${index} A ${formatCReading(model, first)}`, full);
      dialogue.say(`${index} F`, message);
    }
  });
});

test("a first row that has no room leaves a batch of none, which a shorter one may still begin", () => {
  converse((dialogue, index, model) => {
    const [first] = goodReadings(model, 1) as [Reading];
    const words = formatCReading(model, first);
    const size = batchOf(model, [first]).length / 2;
    for (let capacity = 0; capacity < size; capacity++) {
      dialogue.say(`${index} O ${capacity}`, "ok");
      dialogue.say(`${index} A ${words}`, full);
      dialogue.say(`${index} F`, "-");
    }
    dialogue.say(`${index} O ${size}`, "ok");
    const [longer] = goodReadings(model, 50)
      .filter((reading) => batchOf(model, [reading]).length / 2 > size)
      .map((reading) => formatCReading(model, reading));
    if (longer !== undefined) dialogue.say(`${index} A ${longer}`, full);
    dialogue.say(`${index} A ${words}`, appended);
    dialogue.say(`${index} F`, batchOf(model, [first]));
  });
});
