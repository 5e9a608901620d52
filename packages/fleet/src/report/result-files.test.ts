import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openResults } from "./result-files.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-results-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a folder for results is made with those above it, and one that is there is taken", () => {
  const place = join(folder, "a/b/c");
  openResults(place);
  openResults(place);
  expect(existsSync(place)).toBe(true);
});

test("where none can be made it says so at once, below a file and below /proc too", () => {
  writeFileSync(join(folder, "file"), "");
  for (const place of [join(folder, "file/x"), "/proc/no-such-folder/x"]) {
    expect(() => openResults(place)).toThrow(/out.*cannot be written|cannot be written/);
  }
});
