import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SetAside, SetAsideReason } from "./delivery.js";
import { SetAsideLog } from "./set-aside-log.js";

let dataDir = "";
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "bollard-set-aside-"));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const setAside = (position: number, reason: SetAsideReason, detail: string): SetAside => ({
  kind: "set-aside",
  position,
  reason,
  detail,
});

describe("SetAsideLog", () => {
  test("knows after a crash where the entries begin, and after a stop how many they are", async () => {
    const log = new SetAsideLog(dataDir);
    log.add(setAside(7, "unknown-node", "lamp-12"));
    await log.keep(setAside(9, "unknown-node", "lamp-12"));
    expect(new SetAsideLog(dataDir).groups).toEqual([
      { reason: "unknown-node", detail: "lamp-12", first: 7, count: 1 },
    ]);
    log.add(setAside(9, "unknown-node", "lamp-12"));
    log.add(setAside(8, "unknown-schema", "99"));
    const expected = [
      { reason: "unknown-node", detail: "lamp-12", first: 7, count: 2 },
      { reason: "unknown-schema", detail: "99", first: 7, count: 1 },
    ];
    await Promise.all([8, 7, 9].map((at) => log.keep(setAside(at, "unknown-schema", "99"))));
    expect(new SetAsideLog(dataDir).groups.map(({ first }) => first)).toEqual([7, 7]);
    await log.save();
    expect(new SetAsideLog(dataDir).groups).toEqual(expected);
    await log.remove(log.groups[0] as never);
    expect(new SetAsideLog(dataDir).groups).toEqual(expected.slice(1));
  });

  test("counts what will never be delivered, and keeps no place for it", async () => {
    const log = new SetAsideLog(dataDir);
    log.add(setAside(1, "undecodable", "truncated"));
    log.add(setAside(2, "malformed", "not CBOR"));
    await log.keep(setAside(3, "undecodable", "truncated"));
    expect([log.undecodable, log.malformed, log.groups]).toEqual([1, 1, []]);
  });

  test("waits for any node once there are too many", () => {
    const log = new SetAsideLog(dataDir);
    for (let i = 0; i < 1003; i++) log.add(setAside(i + 1, "unknown-node", `lamp-${i}`));
    expect(log.groups).toHaveLength(1001);
    expect(log.groups.at(-1)).toEqual({
      reason: "unknown-node",
      detail: "*",
      first: 1001,
      count: 3,
    });
  });
});
