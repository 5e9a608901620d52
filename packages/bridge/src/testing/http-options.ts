import type { HttpServerOptions } from "../http/http-server.js";
import type { BridgeStatus } from "../page/api-types.js";
import type { SpoolView } from "../page/detail-types.js";
import { NodeRegistry } from "../registry/node-registry.js";
import { RegistryFile } from "../registry/registry-file.js";
import { RetryRefused } from "../retry-refused.js";
import type { ManualClock } from "./manual-clock.js";
import { silent } from "./street.js";

/** A bridge that holds 1,204 messages for a city broker that is away. */
export const holdingStatus: BridgeStatus = {
  now: "2026-09-09T10:26:40.000Z",
  startedAt: "2026-09-09T10:00:00.000Z",
  version: "0.1.0",
  health: "holding",
  summary: "The city broker is away; 1,204 readings are held.",
  nodes: { total: 2, fresh: 1, stale: 1 },
  rates: { readingsIn: 10, readingsOut: 0 },
  bytes: { payloadPerReading: 16, jsonPerReading: 96 },
  spool: { entries: 5000, bytes: 200_000, maxBytes: 1_000_000, backlog: 1204, dropped: 3 },
  arrivals: { duplicates: 4, conflicts: 1, withheld: 2, undecodable: 5 },
  sources: [
    { name: "street", kind: "mqtt", state: "up", detail: "connected", messages: 9, errors: 1 },
  ],
  sinks: [
    {
      name: "city",
      kind: "mqtt",
      state: "down",
      detail: "away",
      messages: 7,
      errors: 0,
      backlog: 1204,
      dropped: 3,
    },
  ],
};

const spoolView: SpoolView = {
  state: "ok",
  oldest: 1,
  last: 5000,
  durable: 4990,
  pendingBytes: 480,
  commitDelayMs: 1000,
  segments: 2,
  spareFiles: 1,
  backlog: { bytes: 60_000, maxBytes: 1_000_000 },
  whenFull: "drop-oldest",
  history: { bytes: 140_000, maxBytes: 1_000_000, maxDays: 7 },
  appended: 5000,
  refused: 0,
  written: { entries: 240_000, prepared: 400_000, cursors: 9000, indexes: 700, syncs: 510 },
  cursors: [
    { name: "mqtt:city", position: 3796, backlog: 1204, lost: { dropped: 3 }, isLoose: false },
  ],
};

/** A server on a free port of loopback that knows {@link holdingStatus} and no node. */
export function httpOptions(
  clock: ManualClock,
  more: Partial<HttpServerOptions> = {},
): HttpServerOptions {
  return {
    clock,
    host: "127.0.0.1",
    port: 0,
    names: [],
    token: undefined,
    readApi: undefined,
    nextFreePort: false,
    maxEventStreams: 2,
    status: () => holdingStatus,
    nodes: () => [],
    trend: () => [],
    takeChangedNodes: () => [],
    history: () => undefined,
    controls: [],
    links: () => [],
    spool: () => spoolView,
    waiting: () => [],
    log: () => ({ lines: [], last: 0, missed: 0 }),
    readings: () => undefined,
    registry: {
      nodes: new NodeRegistry({
        ...{ unknown: "hold", list: {}, clock },
        file: new RegistryFile("/nowhere/nodes.yaml"),
      }),
      held: () => [],
      around: async (change) => {
        change();
        return 0;
      },
      erase: async () => 0,
      onChange: () => {},
    },
    commands: {
      forms: () => [],
      ask: async (node) => ({ id: "1", node, status: "done", at: holdingStatus.now }),
    },
    refused: new RetryRefused({
      spool: { commit: async () => {}, replay: async function* () {} },
      interpret: () => ({ kind: "set-aside", position: 0, reason: "malformed", detail: "" }),
      sinks: () => [],
      log: silent,
    }),
    onError: (error) => {
      throw error;
    },
    onLoginFailure: () => {},
    onAudit: () => {},
    ...more,
  };
}
