import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readSnippets } from "./read-snippets.js";
import { typeProblems } from "./type-problems.js";

/** What the snippets of a package's page take for granted: name to its declaration. */
const given: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  frame: {
    handle: "declare function handle(body: Uint8Array): void;",
    count: "declare function count(code: string, bytes: number): void;",
  },
  link: {
    line: `declare const line: import("node:stream").Duplex;`,
    port: `declare const port: import("node:stream").Duplex;`,
    payload: "declare const payload: Uint8Array;",
    numberFromDisk: "declare function numberFromDisk(nodeId: string): number;",
    store: "declare function store(payload: Uint8Array): Promise<void>;",
    path: "declare const path: string;",
  },
  "mqtt-engine": {
    store: "declare function store(topic: string, payload: Uint8Array): Promise<void>;",
  },
  "ngsi-ld": {
    type: "declare const type: string;",
    properties: "declare const properties: Readonly<Record<string, string>>;",
    records: `declare const records: import("@bollard/ngsi-ld").EntityKind["records"];`,
    gates: `declare const gates: import("@bollard/ngsi-ld").EntityGates;`,
    time: "declare const time: number;",
    values: `declare const values: import("@bollard/ngsi-ld").RecordValues;`,
    entity: `declare const entity: import("@bollard/ngsi-ld").Entity;`,
    setAside: "declare function setAside(refusal: unknown): void;",
    tryAgain: "declare function tryAgain(code: string): void;",
  },
  mims: {
    now: "declare const now: string;",
  },
  schema: {
    lamp: `declare const lamp: import("@bollard/schema").SensorSchema;`,
  },
  sdk: {
    readSensor: "declare function readSensor(): number;",
    setLevel: "declare function setLevel(level: number): Promise<void>;",
    transport: `declare const transport: import("@bollard/sdk/node").Transport;`,
    Node: `import { Node } from "@bollard/sdk/node";`,
    streetAir: `const streetAir = (await import("@bollard/schema")).defineSchema({
      name: "street-air",
      id: 7,
      fields: [{ name: "pm25", unit: "ug/m3", min: 0, max: 1000, resolution: 0.1 }],
    });`,
    lamp: `const lamp = (await import("@bollard/schema")).defineSchema({
      name: "lamp",
      id: 9,
      fields: [{ name: "lit", kind: "boolean" }],
      commands: [{
        name: "dim",
        id: 1,
        fields: [{ name: "level", unit: "/100", min: 0, max: 100, resolution: 1 }],
      }],
    });`,
  },
  spool: {
    publish:
      "declare function publish(stream: string | undefined, timeMs: number, bytes: Uint8Array): Promise<void>;",
  },
};

/** The declarations of what a snippet names and does not declare. */
function givenFor(name: string, code: string): string {
  const needed = Object.entries(given[name] ?? {}).filter(
    ([word]) =>
      new RegExp(`\\b${word}\\b`).test(code) &&
      !new RegExp(`\\b(const|function) ${word}\\b|import [^;]*\\b${word}\\b[^;]* from`).test(code),
  );
  return needed.map(([, declaration]) => declaration).join(" ");
}

test("what the READMEs show compiles, as strictly as the packages", () => {
  const packages = readdirSync(fileURLToPath(new URL("../../packages", import.meta.url)));
  const snippets = packages.flatMap((name) =>
    readSnippets(`packages/${name}/README.md`).map((code, index) => ({
      name: `${name}-${index + 1}`,
      code,
      given: givenFor(name, code),
    })),
  );
  expect(snippets.length).toBeGreaterThan(15);
  expect(typeProblems(snippets)).toEqual([]);
});

test("a snippet with a misspelt field, or a name that is gone, is told with its line", () => {
  const code = `\nimport { Nod } from "@bollard/sdk/node";\nconst one: number = "1";\n`;
  expect(typeProblems([{ name: "planted", code }])).toEqual([
    expect.stringMatching(/^planted:2 .*no exported member/),
    "planted:3 Type 'string' is not assignable to type 'number'.",
  ]);
});
