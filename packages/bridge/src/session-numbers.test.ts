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
  test("count for each node and go on after a restart", () => {
    const sessions = new SessionNumbers({ dataDir });
    expect(sessions.latest("lamp-12")).toBeUndefined();
    expect([sessions.next("lamp-12"), sessions.next("lamp-12"), sessions.next("pole-3")]).toEqual([
      1, 2, 1,
    ]);
    const again = new SessionNumbers({ dataDir });
    expect(again.latest("lamp-12")).toBe(2);
    expect(again.next("lamp-12")).toBe(3);
  });

  test("begin anew after the last one", () => {
    writeFileSync(join(dataDir, "sessions.json"), '{"lamp-12":65535}');
    expect(new SessionNumbers({ dataDir }).next("lamp-12")).toBe(1);
  });

  test("put a damaged file aside and go on", () => {
    writeFileSync(join(dataDir, "sessions.json"), '{"lamp-12":');
    expect(new SessionNumbers({ dataDir }).next("lamp-12")).toBe(1);
    expect(readFileSync(join(dataDir, "sessions.json.damaged"), "utf8")).toBe('{"lamp-12":');
  });
});
