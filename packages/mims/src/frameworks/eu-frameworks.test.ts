import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { requirementsOf } from "../run-checks.js";
import { euFrameworks, formatFrameworks } from "./eu-frameworks.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const checks = new Map<string, string[]>();
for (const edition of ["9.0", "v5"] as const) {
  for (const row of requirementsOf(edition)) {
    for (const { id } of row.checks) {
      const rows = checks.get(id) ?? [];
      checks.set(id, edition === "9.0" ? [...rows, row.id] : rows);
    }
  }
}

test("every row links to a file that is there, or to a check that is made", () => {
  const missing = euFrameworks.flatMap(({ name, rows }) =>
    rows.flatMap(({ part, artefacts }) => {
      expect([part, artefacts.length > 0]).toEqual([part, true]);
      return artefacts
        .filter((one) => ("file" in one ? !existsSync(root + one.file) : !checks.has(one.check)))
        .map((one) => `${name}, ${part}: ${"file" in one ? one.file : one.check}`);
    }),
  );
  expect(missing).toEqual([]);
});

test("docs/eu-frameworks.md is what comes of it", async () => {
  const page = formatFrameworks((check) => checks.get(check) ?? []);
  await expect(page).toMatchFileSnapshot(`${root}docs/eu-frameworks.md`);
});
