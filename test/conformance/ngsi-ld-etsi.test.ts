import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { EntityGates } from "@bollard/ngsi-ld";
import { describe, expect, test } from "vitest";

/**
 * ETSI's conformance data, judged by the strict profile alone: its types are made up for the suite,
 * so they have no model, and its context is not part of the data. See `data/README.md`.
 */
const root = new URL("data/etsi-ngsi-ld/entities/", import.meta.url);

/** File to the places it is refused for, under the reason why that is right. */
const refusals: Record<string, Record<string, string[]>> = JSON.parse(
  readFileSync(new URL("ngsi-ld-etsi-refusals.json", import.meta.url), "utf8"),
);
const expected = Object.assign({}, ...Object.values(refusals)) as Record<string, string[]>;

const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(root.pathname, join(entry.parentPath, entry.name)))
  .toSorted();

const gates = new EntityGates();

async function places(file: string): Promise<string[]> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(new URL(file, root), "utf8"));
  } catch {
    return ["is no JSON"];
  }
  const entities = [content].flat();
  if (entities.length === 0) return ["holds no entity"];
  const found: string[] = [];
  for (const entity of entities) {
    const result = await gates.check(entity);
    const problems = result.ok ? [] : result.problems.filter(({ gate }) => gate === "strict");
    found.push(...problems.map(({ path }) => path));
  }
  return found;
}

describe("ETSI's entities", () => {
  test.each(files)("%s", async (file) => {
    expect(await places(file)).toEqual(expected[file] ?? []);
  });

  test("are all there that a refusal is known for", () => {
    expect(files).toEqual(expect.arrayContaining(Object.keys(expected)));
  });
});
