import { describe, expect, test } from "vitest";
import { PageSessions } from "./page-sessions.js";

const HOUR_MS = 3_600_000;

describe("PageSessions", () => {
  test("last while they are used, and end twelve hours after", () => {
    let nowMs = 0;
    const sessions = new PageSessions(() => nowMs);
    const id = sessions.begin();
    expect(id).toMatch(/^[\w-]{43}$/);
    for (let use = 0; use < 5; use++) {
      nowMs += 12 * HOUR_MS;
      expect(sessions.use(id)).toBe(true);
    }
    nowMs += 12 * HOUR_MS + 1;
    expect(sessions.use(id)).toBe(false);
    expect(sessions.use(id)).toBe(false);
  });

  test("end after thirty days, however much they are used", () => {
    let nowMs = 0;
    const sessions = new PageSessions(() => nowMs);
    const id = sessions.begin();
    let uses = 0;
    for (; sessions.use(id); uses++) nowMs += 12 * HOUR_MS;
    expect(uses).toBe(61);
  });

  test("end when they are ended, and no other does", () => {
    const sessions = new PageSessions(() => 0);
    const [mine, other] = [sessions.begin(), sessions.begin()];
    sessions.end(mine);
    expect([sessions.use(mine), sessions.use(other), sessions.use("made up")]).toEqual([
      false,
      true,
      false,
    ]);
  });

  test("of more than a hundred the one not used for longest goes", () => {
    const sessions = new PageSessions(() => 0);
    const first = sessions.begin();
    const second = sessions.begin();
    sessions.use(first);
    for (let count = 0; count < 99; count++) sessions.begin();
    expect([sessions.use(first), sessions.use(second)]).toEqual([true, false]);
  });
});
