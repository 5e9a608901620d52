import { describe, expect, test } from "vitest";
import type { SinkStatus } from "./page/api-types.js";
import { buildStatus, type StatusParts } from "./status.js";

const spool: StatusParts["spool"] = { state: "ok", oldest: 101, last: 2000, usedBytes: 60_000 };
const city: SinkStatus = {
  name: "city",
  kind: "mqtt",
  state: "up",
  detail: "mqtt://127.0.0.1:1884",
  messages: 10,
  errors: 0,
  backlog: 3,
  dropped: 0,
};
const parts: StatusParts = {
  nowMs: 1_789_000_000_000,
  startedMs: 1_788_999_000_000,
  version: "0.1.0",
  spool,
  maxBytes: 268_435_456,
  arrivals: { duplicates: 4, conflicts: 1, withheld: 2, undecodable: 5 },
  sources: [],
  sinks: [city],
  nodes: { total: 202, fresh: 200, stale: 2 },
  rates: { readingsIn: 40.2, readingsOut: 40 },
  totals: { messages: 100, readings: 100, payloadBytes: 1600, jsonBytes: 9600 },
  alarms: [],
  setAside: [],
};

function told(more: Partial<StatusParts>): [string, string] {
  const { health, summary } = buildStatus({ ...parts, ...more });
  return [health, summary];
}

describe("the status", () => {
  test("has every figure", () => {
    expect(
      buildStatus({
        ...parts,
        notice: "Data: ODbL",
        alarms: [
          {
            code: "NODE_ID_TWICE",
            place: "lamp-12",
            message: "It is on two ports",
            firstMs: 1_788_999_500_000,
            lastMs: 1_788_999_900_000,
            count: 4,
          },
        ],
        setAside: [{ reason: "unknown-node", detail: "lamp-99", first: 7, count: 12 }],
      }),
    ).toEqual({
      now: "2026-09-10T00:26:40.000Z",
      startedAt: "2026-09-10T00:10:00.000Z",
      version: "0.1.0",
      health: "well",
      summary: "All is well: 202 nodes, 40 readings a second.",
      nodes: { total: 202, fresh: 200, stale: 2 },
      rates: { readingsIn: 40.2, readingsOut: 40 },
      bytes: { payloadPerReading: 16, jsonPerReading: 96 },
      spool: { entries: 1900, bytes: 60_000, maxBytes: 268_435_456, backlog: 3, dropped: 0 },
      arrivals: { duplicates: 4, conflicts: 1, withheld: 2, undecodable: 5 },
      sources: [],
      sinks: [city],
      alarms: [
        {
          code: "NODE_ID_TWICE",
          place: "lamp-12",
          message: "It is on two ports",
          since: "2026-09-10T00:18:20.000Z",
          count: 4,
        },
        {
          code: "NODE_UNKNOWN",
          place: "lamp-99",
          message: "The node lamp-99 is not in the registry: its messages are held.",
          count: 12,
        },
      ],
      notice: "Data: ODbL",
    });
  });

  test("says in a sentence what a person should know", () => {
    expect(told({ sinks: [{ ...city, state: "down", backlog: 1204 }] })).toEqual([
      "holding",
      "The city broker is away; 1,204 messages are held.",
    ]);
    expect(told({ sinks: [{ ...city, kind: "webhook", state: "down", backlog: 1 }] })).toEqual([
      "holding",
      "The city webhook is away; 1 message is held.",
    ]);
    const two = [
      { ...city, state: "down", backlog: 1 },
      { ...city, name: "region", state: "down", backlog: 0 },
    ] as const;
    expect(told({ sinks: two })).toEqual([
      "holding",
      "city and region are away; 1 message is held.",
    ]);
    expect(told({ sinks: [{ ...city, backlog: 121 }] })).toEqual([
      "draining",
      "Catching up: 121 messages are held.",
    ]);
    expect(told({ sinks: [{ ...city, backlog: 120 }] })[0]).toBe("well");
    expect(told({ nodes: { total: 0, fresh: 0, stale: 0 } })).toEqual([
      "well",
      "Waiting for the first reading.",
    ]);
    expect(told({ rates: { readingsIn: 0.25, readingsOut: 0 } })).toEqual([
      "well",
      "All is well: 202 nodes, 0.3 readings a second.",
    ]);
    expect(told({ spool: { ...spool, state: "failing" } })).toEqual([
      "failing",
      "The disk refuses: nothing new is taken.",
    ]);
    expect(
      told({ spool: { ...spool, state: "full" }, sinks: [{ ...city, backlog: 9000 }] }),
    ).toEqual(["failing", "The spool is full: nothing more is taken; 9,000 messages are held."]);
    const port = { kind: "serial", state: "down", detail: "", messages: 0, errors: 0 } as const;
    expect(
      told({
        sources: [
          { ...port, name: "/dev/ttyACM0" },
          { ...port, name: "/dev/ttyACM1" },
        ],
      }),
    ).toEqual([
      "well",
      "All that arrives is delivered; /dev/ttyACM0 and 1 more cannot be reached.",
    ]);
  });

  test("of a bridge without readings has no means", () => {
    const totals = { messages: 0, readings: 0, payloadBytes: 0, jsonBytes: 0 };
    expect(buildStatus({ ...parts, totals }).bytes).toEqual({
      payloadPerReading: 0,
      jsonPerReading: 0,
    });
  });
});
