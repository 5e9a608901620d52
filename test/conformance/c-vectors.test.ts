import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CModel, formatCReading, parseCReading } from "@bollard/codegen/testing";
import type { FieldValue, MessageKey, Reading } from "@bollard/payload";
import type { SensorSchema, TimeMode } from "@bollard/schema";
import { readSchemaFile } from "@bollard/schema/file";
import { expect, test } from "vitest";
import { inFolder } from "./c/build-host.js";
import { Dialogue, errorEnd } from "./c/dialogue.js";
import { buildHostProgram } from "./c/host-program.js";

/** @see test/vectors/README.md */
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
const vectors = readdirSync(join(root, "test/vectors"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".json"))
  .map((path) => JSON.parse(readFileSync(join(root, "test/vectors", path), "utf8")) as Vector)
  // In C an arrival is always given.
  .filter(({ error }) => error?.code !== "PAYLOAD_NO_ARRIVAL");

function readingsOf(schema: SensorSchema, { readings }: Vector): Reading[] {
  const isBytes = new Set(schema.fields.flatMap((it) => (it.kind === "bytes" ? [it.name] : [])));
  return readings.map(({ time, values }) => {
    const read = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        isBytes.has(name) && typeof value === "string" ? Buffer.from(value, "hex") : value,
      ]),
    ) as Record<string, FieldValue>;
    return time === null ? { values: read } : { time, values: read };
  });
}

/** What is read, as words; without the time, where the message has it in another way. */
function viewOf(model: CModel, isOwnTime: boolean): (answer: string) => string {
  return (answer) => {
    const rows = answer.split("|").slice(1);
    const end = rows.pop();
    const shown = rows.map((row) => {
      const reading = parseCReading(model, row.trim());
      return formatCReading(model, isOwnTime ? reading : { ...reading, time: 0 });
    });
    return [...shown, end].join("|");
  };
}

function sayVector(dialogue: Dialogue, index: number, model: CModel, vector: Vector): void {
  const { schema } = model;
  const { key, form, error } = vector;
  const bytes = vector.bytes === "" ? "-" : vector.bytes;
  const size = vector.bytes.length / 2;
  const decode = `${index} D ${vector.arrival ?? 0} ${bytes}`;
  if (error !== undefined) {
    const lastOnly = (answer: string) => answer.slice(answer.lastIndexOf("|") + 1);
    dialogue.say(decode, errorEnd(error.code, error.offset), lastOnly);
    return;
  }
  const readings = readingsOf(schema, vector);
  const { mode, milliseconds } = schema.time;
  const isOwnTime = vector.timeMode === mode && vector.milliseconds === milliseconds;
  const words = readings.map((reading) =>
    formatCReading(model, isOwnTime ? reading : { ...reading, time: 0 }),
  );
  dialogue.say(decode, [...words, `1 ${size}`].join("|"), viewOf(model, isOwnTime));
  // Generated C writes a message as its schema has it.
  if (!isOwnTime || !vector.schemaId) return;
  const keyed = key === null ? "" : `${key.boot} ${key.sequence} `;
  if (form === "single") {
    dialogue.say(`${index} ${key === null ? "S" : "K"} ${keyed}${size} ${words[0]}`, bytes);
    return;
  }
  dialogue.say(`${index} ${key === null ? "O" : "P"} ${keyed}${size}`, "ok");
  for (const reading of words) dialogue.say(`${index} A ${reading}`, "0");
  dialogue.say(`${index} F`, bytes);
}

test("C reads and writes the golden vectors", async () => {
  const files = [...new Set(vectors.map(({ schema }) => schema))].sort();
  expect(files.length).toBeGreaterThan(5);
  await inFolder(async (folder) => {
    const schemas = files.map((path) => readSchemaFile(join(root, path)));
    const program = await buildHostProgram(folder, schemas);
    const dialogue = new Dialogue();
    for (const vector of vectors) {
      const index = files.indexOf(vector.schema);
      const model = program.models[index];
      if (model !== undefined) sayVector(dialogue, index, model, vector);
    }
    dialogue.expectFrom(program);
  });
});
