import { existsSync, readdirSync, readFileSync } from "node:fs";
import {
  coreContext,
  EntityGates,
  type GateResult,
  type KeyValues,
  pinnedContext,
} from "@bollard/ngsi-ld";
import { describe, expect, test } from "vitest";

/** The official examples of 27 Smart Data Models, judged by the gates; see `data/README.md`. */
const root = new URL("data/smart-data-models/", import.meta.url);

/** Example to gate to the places it is refused for. A mended example fails until its line goes. */
const known: Record<string, Record<string, string[]>> = readJson(
  new URL("ngsi-ld-known-failures.json", import.meta.url),
);

function readJson<T>(file: URL): T {
  return JSON.parse(readFileSync(file, "utf8"));
}

function contextUrl(subject: string): string {
  return `https://raw.githubusercontent.com/smart-data-models/${subject}/master/context.jsonld`;
}

interface Example {
  readonly subject: string;
  readonly model: string;
  readonly name: string;
  readonly file: URL;
}

const models: Record<string, object> = {};
const contexts: Record<string, object> = {};
const examples: Example[] = [];
for (const subject of readdirSync(root)) {
  const context = new URL(`${subject}/context.jsonld`, root);
  if (existsSync(context)) contexts[contextUrl(subject)] = readJson(context);
  for (const entry of readdirSync(new URL(subject, root), { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const schema = new URL(`${subject}/${entry.name}/schema.json`, root);
    if (existsSync(schema)) models[entry.name] = readJson(schema);
    for (const file of readdirSync(new URL(`${subject}/${entry.name}/examples`, root))) {
      examples.push({
        subject,
        model: entry.name,
        name: `${entry.name}/${file}`,
        file: new URL(`${subject}/${entry.name}/examples/${file}`, root),
      });
    }
  }
}

const alerts = "https://smart-data-models.github.io/dataModel.Alert/alert-schema.json";
const gates = new EntityGates({
  models,
  contexts,
  references: { [alerts]: readJson(new URL("dataModel.Alert/alert-schema.json", root)) },
});

/** Gate to places, for a result that refuses. */
function places(result: GateResult): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  if (result.ok) return found;
  for (const { gate, path } of result.problems) {
    found[gate] = [...(found[gate] ?? []), path];
  }
  return found;
}

/** The example, or what is wrong with the file. */
function read({ file }: Example): KeyValues | Record<"file", string[]> {
  try {
    return readJson<KeyValues>(file);
  } catch {
    return { file: ["is no JSON"] };
  }
}

describe("official Smart Data Models examples", () => {
  test("are those of 27 models, and each has a context", () => {
    expect(new Set(examples.map(({ model }) => model)).size).toBe(27);
    for (const { subject } of examples) {
      const url = contextUrl(subject);
      expect(contexts[url] ?? pinnedContext(url)?.document).toBeDefined();
    }
  });

  const keyValues = examples.filter(({ name }) => !name.includes("normalized"));
  test.each(keyValues)("$name, key-values, against its model", (example) => {
    const entity = read(example);
    const found = "id" in entity ? places(gates.checkKeyValues(entity as KeyValues)) : entity;
    expect(found).toEqual(known[example.name] ?? {});
  });

  const normalized = examples.filter(({ name }) => name.includes("normalized"));
  test.each(normalized)("$name through all three gates", async (example) => {
    const context = [contextUrl(example.subject), coreContext];
    const result = await gates.check({ ...read(example), "@context": context });
    expect(places(result)).toEqual(known[example.name] ?? {});
  });

  test("of the normalized form pass the strict profile for 20 of 27 models", () => {
    const refused = normalized.filter(({ name }) => known[name]?.strict);
    expect(refused.map(({ model }) => model).toSorted()).toEqual([
      "Catalogue",
      "DeviceMeasurement",
      "Distribution",
      "FloodMonitoring",
      "PhreaticObserved",
      "WaterObserved",
      "WaterQualityObserved",
    ]);
    expect(normalized.length).toBe(27);
  });

  test("has no known failure of a file that is not there", () => {
    expect(examples.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(known)));
  });
});
