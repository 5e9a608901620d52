import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readSnippets } from "./read-snippets.js";
import { typeProblems } from "./type-problems.js";

const lamp = `const lamp = (await import("@bollard/schema")).defineSchema({
  name: "lamp",
  id: 9,
  fields: [{ name: "lit", kind: "boolean" }],
  commands: [
    { name: "dim", id: 1, fields: [{ name: "level", unit: "/100", min: 0, max: 100, resolution: 1 }] },
  ],
});`;
const air = `const streetAir = (await import("@bollard/schema")).defineSchema({
  name: "street-air",
  id: 7,
  fields: [{ name: "pm25", unit: "ug/m3", min: 0, max: 1000, resolution: 0.1 }],
});`;
const transport = `declare const transport: import("@bollard/sdk/node").Transport;`;

/** What the snippets of a package's page take for granted, in its order; nothing where there is none. */
const given: Readonly<Record<string, readonly string[]>> = {
  frame: [
    `declare function handle(body: Uint8Array): void;
     declare function count(code: string, bytes: number): void;`,
  ],
  link: [
    `declare const line: import("node:stream").Duplex;
     declare const port: import("node:stream").Duplex;
     declare const payload: Uint8Array;
     declare function numberFromDisk(nodeId: string): number;
     declare function store(payload: Uint8Array): Promise<void>;`,
    "declare const path: string;",
  ],
  "mqtt-engine": ["declare function store(topic: string, payload: Uint8Array): Promise<void>;"],
  "ngsi-ld": [
    "",
    `declare const entity: import("@bollard/ngsi-ld").Entity;
     declare function setAside(refusal: unknown): void;
     declare function tryAgain(code: string): void;`,
  ],
  schema: ["", "", lamp],
  sdk: [
    "declare function readSensor(): number;",
    `${air} ${transport}`,
    `import { Node } from "@bollard/sdk/node"; ${air} ${transport}`,
    `import { Node } from "@bollard/sdk/node"; ${lamp} ${transport}
     declare function setLevel(level: number): Promise<void>;`,
  ],
  spool: [
    `declare function publish(
       stream: string | undefined,
       timeMs: number,
       bytes: Uint8Array,
     ): Promise<void>;`,
  ],
};

test("what the READMEs show compiles, as strictly as the packages", () => {
  const packages = readdirSync(fileURLToPath(new URL("../../packages", import.meta.url)));
  const snippets = packages.flatMap((name) =>
    readSnippets(`packages/${name}/README.md`).map((code, index) => ({
      name: `${name}-${index + 1}`,
      code,
      given: given[name]?.[index] ?? "",
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
