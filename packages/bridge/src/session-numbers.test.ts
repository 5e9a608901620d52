import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SessionNumbers } from "./session-numbers.js";

let dataDir = "";
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "bollard-sessions-"));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

describe("SessionNumbers", () => {
  test("count for each node, clear of boot counts, and go on after a restart", () => {
    const sessions = new SessionNumbers({ dataDir });
    expect([sessions.next("lamp-12"), sessions.next("lamp-12"), sessions.next("pole-3")]).toEqual([
      32_768, 32_769, 32_768,
    ]);
    expect(new SessionNumbers({ dataDir }).next("lamp-12")).toBe(32_770);
  });

  test("begin anew after the last one", () => {
    writeFileSync(join(dataDir, "sessions.json"), '{"lamp-12":65535}');
    expect(new SessionNumbers({ dataDir }).next("lamp-12")).toBe(32_768);
  });

  test("put a damaged file aside and go on", () => {
    writeFileSync(join(dataDir, "sessions.json"), '{"lamp-12":');
    expect(new SessionNumbers({ dataDir }).next("lamp-12")).toBe(32_768);
    expect(readFileSync(join(dataDir, "sessions.json.damaged"), "utf8")).toBe('{"lamp-12":');
  });
});
