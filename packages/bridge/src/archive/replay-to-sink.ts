import { pino } from "pino";
import { Alarms } from "../alarms.js";
import { systemClock } from "../clock.js";
import type { ResolvedConfig } from "../config/config.js";
import type { Delivery } from "../delivery.js";
import { BridgeError } from "../error.js";
import { planSinks } from "../make-ends.js";
import type { Sink } from "../sinks/sink.js";
import { Slots } from "../sinks/slots.js";
import { type ExportCounts, newExportCounts } from "./export-entries.js";
import type { ArchiveRange, SpoolArchive } from "./spool-archive.js";

/** What a replay is told to do. */
export interface ReplayToSinkOptions {
  readonly archive: SpoolArchive;
  /** Name of the sink in the configuration. */
  readonly sink: string;
  readonly range: ArchiveRange;
  /** Told as entries are delivered. */
  readonly onProgress?: (counts: ExportCounts) => void;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

/**
 * Sends what a range of the spool holds to one sink once more, beside the bridge that may be running:
 * as a client of its own, with the keys that the readings had, so that the far end can tell them.
 *
 * What the sink shows as the latest stays: a reading older than one in the spool goes out as history.
 * Cursors are left alone, and so is what the bridge has noted of refusals: those of the replay are in
 * the counts.
 *
 * @throws BridgeError `BRIDGE_CONFIG_INVALID` where the configuration has no such sink
 */
export async function replayToSink(options: ReplayToSinkOptions): Promise<ExportCounts> {
  const { archive, range, signal } = options;
  const counts = newExportCounts();
  const sink = makeSink(archive.config, options.sink);
  for await (const run of archive.entries()) {
    for (const { interpreted } of run) {
      if (interpreted.kind === "delivery") sink.recall(interpreted);
    }
  }
  sink.open();
  try {
    const slots = new Slots(sink.window);
    const underWay = new Set<Promise<void>>();
    for await (const run of archive.entries(range)) {
      for (const { interpreted } of run) {
        await untilAborted(slots.take(), signal);
        if (signal?.aborted) return counts;
        counts.entries++;
        if (interpreted.kind !== "delivery") {
          const why = `${interpreted.reason} ${interpreted.detail}`;
          counts.leftOut.set(why, (counts.leftOut.get(why) ?? 0) + 1);
          slots.release();
          continue;
        }
        const done = deliver(sink, interpreted, counts).finally(() => {
          underWay.delete(done);
          slots.release();
          options.onProgress?.(counts);
        });
        underWay.add(done);
      }
    }
    await untilAborted(Promise.all(underWay), signal);
    for (const { id, reason } of sink.refusals?.entries() ?? []) {
      const why = `refused ${id}: ${reason}`;
      counts.leftOut.set(why, (counts.leftOut.get(why) ?? 0) + 1);
    }
    return counts;
  } finally {
    await sink.close();
  }
}

async function deliver(sink: Sink, delivery: Delivery, counts: ExportCounts): Promise<void> {
  await sink.deliver(delivery);
  counts.readings += delivery.readings.length;
}

/**
 * The broker takes a client id for one client only: the bridge's own connection must stay. Nor does a
 * replay speak for the bridge: it tells no birth or death, takes no commands, and announces nothing.
 */
function makeSink(config: ResolvedConfig, name: string): Sink {
  const { mqtt } = config.sinks;
  const asOwnClient = mqtt.map((sink) => {
    const clientId = sink.clientId || `${config.name}-${sink.name}-out`;
    const own = { clientId: `${clientId}-replay`, status: false };
    return { ...sink, ...own, commands: undefined, homeAssistant: undefined };
  });
  const clock = systemClock();
  const planned = planSinks({
    config: { ...config, sinks: { ...config.sinks, mqtt: asOwnClient } },
    clock,
    isGuest: true,
    log: pino({ level: "silent" }),
    alarms: new Alarms(clock),
  });
  const found = planned.find(({ key }) => key.slice(key.indexOf(":") + 1) === name || key === name);
  if (found) return found.make();
  const names = planned.map(({ key }) => key.slice(key.indexOf(":") + 1));
  const known = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
  throw new BridgeError("BRIDGE_CONFIG_INVALID", "sinks", `No sink "${name}"; ${known}`);
}

/** Resolves when the task is done, or when there is a signal to end. */
function untilAborted(task: Promise<unknown>, signal: AbortSignal | undefined): Promise<unknown> {
  if (!signal) return task;
  return new Promise((resolve, reject) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", resolve, { once: true });
    task.then(resolve, reject).finally(() => signal.removeEventListener("abort", resolve));
  });
}
