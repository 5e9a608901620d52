import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { countBoots } from "./count-boots.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "count-boots-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("countBoots", () => {
  test("counts from 1, on disk, and leaves nothing else behind", () => {
    const file = join(folder, "boots");
    expect([countBoots(file), countBoots(file), countBoots(file)]).toEqual([1, 2, 3]);
    expect(readFileSync(file, "utf8")).toBe("3\n");
    expect(readdirSync(folder)).toEqual(["boots"]);
  });

  test("begins again at 1 after 65535", () => {
    const file = join(folder, "boots");
    writeFileSync(file, "65534");
    expect([countBoots(file), countBoots(file)]).toEqual([65_535, 1]);
  });

  test("says which file is no count, or cannot be used", () => {
    const file = join(folder, "boots");
    for (const text of ["", "many", "-1", "65536", "1.5"]) {
      writeFileSync(file, text);
      expect(() => countBoots(file)).toThrow(/boots holds no number.*SDK_BOOT_FILE/);
    }
    expect(() => countBoots(folder)).toThrow(/SDK_BOOT_FILE/);
    expect(() => countBoots(join(folder, "no", "boots"))).toThrow(/SDK_BOOT_FILE/);
  });
});
