import type { BridgeStatus } from "../../api-types.js";

/** A status of a street where all is well, for the tests of this folder. */
export const exampleStatus: BridgeStatus = {
  now: "2026-11-24T05:12:43.000Z",
  startedAt: "2026-11-24T04:12:43.000Z",
  version: "0.1.0",
  health: "well",
  summary: "All 202 nodes report.",
  nodes: { total: 202, fresh: 202, stale: 0 },
  rates: { readingsIn: 202, readingsOut: 201 },
  bytes: { payloadPerReading: 14.2, jsonPerReading: 96.4 },
  spool: { entries: 4_000, bytes: 120_000, maxBytes: 64_000_000, backlog: 12, dropped: 0 },
  arrivals: { duplicates: 0, conflicts: 0, withheld: 0, undecodable: 0 },
  sources: [],
  sinks: [
    {
      name: "city",
      kind: "mqtt",
      state: "up",
      detail: "mqtt://127.0.0.1:1884",
      messages: 9_000,
      errors: 0,
      backlog: 12,
      dropped: 0,
    },
  ],
};
