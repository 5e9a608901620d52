import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { LogRing } from "./log-ring.js";

const all = { after: 0, level: "trace", limit: 1000 } as const;

describe("LogRing", () => {
  test("keeps what pino writes, in words", () => {
    const ring = new LogRing();
    const log = pino({ name: "bollard", timestamp: () => ',"time":1789000000000' }, ring);
    log.child({ sink: "city" }).warn({ err: new Error("refused"), tries: 3, more: [1] }, "away");
    expect(ring.read(all)).toEqual({
      last: 1,
      missed: 0,
      lines: [
        {
          number: 1,
          at: "2026-09-10T00:26:40.000Z",
          level: "warn",
          message: "away",
          fields: { sink: "city", err: "refused", tries: "3", more: "[1]" },
        },
      ],
    });
  });

  test("gives what is new, loud enough, and no more than was asked for", () => {
    const ring = new LogRing();
    const log = pino({ level: "debug" }, ring);
    for (let number = 1; number <= 6; number++)
      log[number % 2 ? "info" : "error"](`line ${number}`);
    const messages = (query: Partial<Parameters<LogRing["read"]>[0]>) =>
      ring.read({ ...all, ...query }).lines.map(({ message }) => message);
    expect(messages({ after: 4 })).toEqual(["line 5", "line 6"]);
    expect(messages({ level: "warn" })).toEqual(["line 2", "line 4", "line 6"]);
    expect(messages({ limit: 2 })).toEqual(["line 5", "line 6"]);
    expect(ring.read({ ...all, after: 6 })).toEqual({ lines: [], last: 6, missed: 0 });
  });

  test("holds a thousand lines, and says how many of the others went unread", () => {
    const ring = new LogRing();
    const log = pino({}, ring);
    for (let number = 1; number <= 1300; number++) log.info("x");
    const { lines, last, missed } = ring.read({ ...all, after: 100 });
    expect([lines.length, lines[0]?.number, last, missed]).toEqual([1000, 301, 1300, 200]);
  });

  test("cuts what is too long, and leaves out what is no line of a log", () => {
    const ring = new LogRing();
    ring.write("not JSON\n");
    pino({}, ring).info({ topic: "x".repeat(9000) }, "y".repeat(9000));
    const [line, ...others] = ring.read(all).lines;
    expect(others).toEqual([]);
    expect(line?.message).toHaveLength(2000);
    expect(line?.fields.topic).toBe(`${"x".repeat(1999)}…`);
  });
});
