import { expect, test } from "vitest";
import type { PublishResult } from "../engine/publish-load.js";
import { judge } from "./judge.js";

const latency = (ms: number) => ({
  count: 1000,
  meanMs: ms,
  p50Ms: ms,
  p90Ms: ms,
  p99Ms: ms,
  p999Ms: ms,
  maxMs: ms,
});

const good: PublishResult = {
  connect: {
    clients: 10,
    connected: 10,
    failed: 0,
    lost: 0,
    reconnected: 0,
    elapsedMs: 10,
    perSecond: 1000,
    latency: latency(1),
    reasons: {},
  },
  elapsedMs: 1000,
  due: 1000,
  sent: 1000,
  missed: 0,
  skipped: 0,
  cut: 0,
  unknownAcks: 0,
  streets: [],
  phases: [],
  heldBack: 0,
  acknowledged: 1000,
  refused: 0,
  unacknowledged: 0,
  sentPerSecond: 1000,
  arrivals: { received: 1000, duplicates: 0, outOfOrder: 0, lost: 0, unknown: 0 },
  latency: {
    acknowledgedFromDue: latency(2),
    acknowledgedFromSend: latency(1),
    arrivedFromDue: latency(2),
    arrivedFromSend: latency(1),
  },
  lateness: latency(1),
  series: [],
  histograms: {
    acknowledgedFromDue: "",
    acknowledgedFromSend: "",
    arrivedFromDue: "",
    arrivedFromSend: "",
    lateness: "",
    connect: "",
  },
  usage: { cpuS: 0.1, rssBytes: 60e6, cpuShare: 0.1, longestPauseMs: 12 },
};

test.each([
  ["all is well", good, true, "none", /in time/],
  ["the tool was late", { ...good, lateness: latency(40) }, true, "tool", /40\.0 ms/],
  [
    "the tool was late because a connection broke",
    {
      ...good,
      lateness: latency(40),
      connect: { ...good.connect, lost: 3, reasons: { "it hung up": 3 } },
    },
    true,
    "connections",
    /3 broke: it hung up/,
  ],
  [
    "messages were due before their connection was up",
    { ...good, missed: 4 },
    true,
    "connections",
    /^4 messages were due while/,
  ],
  [
    "something was lost",
    { ...good, arrivals: { received: 990, duplicates: 0, outOfOrder: 0, lost: 10, unknown: 0 } },
    true,
    "broker",
    /lost 10 messages, 1\.00 %/,
  ],
  ["acknowledgements are missing", { ...good, unacknowledged: 7 }, true, "broker", /7 messages/],
  ["it took messages late", { ...good, heldBack: 20 }, true, "broker", /held back 2\.00 %/],
  ["full speed, the broker full", { ...good, heldBack: 500 }, false, "broker", /what the broker/],
  [
    "full speed at QoS 0, and nobody counts",
    {
      ...good,
      acknowledged: 0,
      heldBack: 500,
      arrivals: undefined,
      latency: {
        acknowledgedFromDue: undefined,
        acknowledgedFromSend: undefined,
        arrivedFromDue: undefined,
        arrivedFromSend: undefined,
      },
    },
    false,
    "uncounted",
    /not what the broker took/,
  ],
  [
    "full speed, the tool full",
    { ...good, usage: { ...good.usage, cpuShare: 0.99 } },
    false,
    "tool",
    /may take more/,
  ],
] as const)("judges: %s", (_, result, isScheduled, limit, sentence) => {
  const verdict = judge(result, isScheduled);
  expect(verdict.limit).toBe(limit);
  expect(verdict.sentence).toMatch(sentence);
});
