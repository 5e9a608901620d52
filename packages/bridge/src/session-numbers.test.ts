import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SessionNumbers } from "./session-numbers.js";

let dataDir = "";
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "bollard-sessions-"));
});
const log = () => join(dataDir, "sessions.log");
afterEach(() => rmSync(dataDir, { recursive: true }));

const nodeOf = (index: number) => `node-${(index * 7) % 5}`;

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

  test("are appended one by one, and brought together when the file has become long", () => {
    const sessions = new SessionNumbers({ dataDir, maxAppended: 3 });
    const sizes = Array.from({ length: 6 }, (_, index) => {
      sessions.next(nodeOf(index));
      return existsSync(log()) ? readFileSync(log(), "utf8").split("\n").length - 1 : 0;
    });
    expect(sizes).toEqual([1, 2, 3, 0, 1, 2]);
    sessions.close();
    expect(new SessionNumbers({ dataDir }).next(nodeOf(5))).toBe(32_770);
  });

  test("a power cut at any byte takes none back that was on the disk, and spoils no later one", () => {
    const sessions = new SessionNumbers({ dataDir });
    const ends = ["a", "b", "a"].map((node) => {
      const session = sessions.next(node);
      return { node, session, end: statSync(log()).size };
    });
    sessions.close();
    const whole = readFileSync(log());
    for (let cut = 0; cut <= whole.length; cut++) {
      rmSync(join(dataDir, "sessions.json"), { force: true });
      writeFileSync(log(), whole.subarray(0, cut));
      const kept = new Map(
        ends.filter(({ end }) => end <= cut).map(({ node, session }) => [node, session]),
      );
      const again = new SessionNumbers({ dataDir });
      const next = (kept.get("a") ?? 32_767) + 1;
      expect([cut, again.next("a")]).toEqual([cut, next]);
      again.close();
      const after = new SessionNumbers({ dataDir });
      expect([cut, after.next("a")]).toEqual([cut, next + 1]);
      after.close();
    }
  });

  test("a cut between the two files gives no number twice", () => {
    const sessions = new SessionNumbers({ dataDir, maxAppended: 3 });
    for (let index = 0; index < 3; index++) sessions.next("lamp-12");
    const before = readFileSync(log());
    expect(sessions.next("lamp-12")).toBe(32_771);
    sessions.close();
    // The first was written, and the second not yet removed.
    writeFileSync(log(), before);
    expect(new SessionNumbers({ dataDir }).next("lamp-12")).toBe(32_772);
  });

  test("put a damaged file aside and go on", () => {
    writeFileSync(join(dataDir, "sessions.json"), '{"lamp-12":');
    expect(new SessionNumbers({ dataDir }).next("lamp-12")).toBe(32_768);
    expect(readFileSync(join(dataDir, "sessions.json.damaged"), "utf8")).toBe('{"lamp-12":');
  });
});
