import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const packages = fileURLToPath(new URL("../../packages", import.meta.url));

/** The codes of a package's one error class, from the union in its `error.ts`. */
function codesOf(source: string): string[] {
  const code = source.replace(/\/\/.*$/gm, "");
  const union = /export type \w+ErrorCode =([^;]*);/.exec(code)?.[1] ?? "";
  return [...union.matchAll(/"([A-Z0-9_]+)"/g)].map((match) => match[1] ?? "");
}

/** The codes that stand in the first cell of a table's rows: one, or several that share a row. */
function rowsOf(readme: string): string[] {
  const cells = [...readme.matchAll(/^\|([^|]*)\|/gm)].map((match) => match[1] ?? "");
  return cells.flatMap((cell) =>
    [...cell.matchAll(/`([A-Z0-9]+(?:_[A-Z0-9]+)+)`/g)].map((match) => match[1] ?? ""),
  );
}

const documented = ["cli", "johnny-five", "mims", "payload", "schema", "sdk", "senml"].map(
  (name) => {
    const read = (file: string) => readFileSync(`${packages}/${name}/${file}`, "utf8");
    return { name, codes: codesOf(read("src/error.ts")), readme: read("README.md") };
  },
);

describe("the table of errors in a package's README", () => {
  test.each(documented)("of $name has a row for each code, and no other", ({ codes, readme }) => {
    expect(codes.length).toBeGreaterThan(1);
    const prefix = `${codes[0]?.split("_")[0]}_`;
    const rows = rowsOf(readme).filter((code) => code.startsWith(prefix));
    expect([...new Set(rows)].sort()).toEqual([...codes].sort());
  });
});
