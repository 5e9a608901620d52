import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Spool, type SpoolCursor } from "@bollard/spool";
import type { Logger } from "pino";
import type { Alarms } from "./alarms.js";
import type { BridgeClock } from "./clock.js";
import type { ResolvedConfig } from "./config/config.js";
import type { DurableAcks } from "./durable-acks.js";
import { BridgeError } from "./error.js";
import { cursorName } from "./sinks/drain.js";
import type { Sink } from "./sinks/sink.js";
import { tellSpoolEvent } from "./spool-alarms.js";

/** What the spool needs of the bridge. */
export interface OpenSpoolOptions {
  readonly config: ResolvedConfig;
  readonly sinks: readonly Sink[];
  /** Told each time the disk has more. */
  readonly acks: DurableAcks;
  readonly alarms: Alarms;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

const DAY_MS = 86_400_000;
/** The cursor that moves on where there is no sink. */
const NO_SINK = "none";

/**
 * Opens the spool in the data folder, which is made where there is none.
 *
 * Sinks that are gone from the configuration hold nothing back any more: their places are forgotten.
 *
 * @throws {@link BridgeError} `BRIDGE_DATA_DIR`
 */
export async function openSpool(options: OpenSpoolOptions): Promise<Spool> {
  const { dataDir, spool: config } = options.config;
  let idle: SpoolCursor | undefined;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const spool = await Spool.open({
      dir: join(dataDir, "spool"),
      maxBytes: config.maxBytes,
      policy: config.whenFull,
      historyBytes: config.historyBytes,
      historyMs: config.historyDays * DAY_MS,
      commitDelayMs: config.commitDelayMs,
      clock: options.clock,
      onDurable: (position) => {
        idle?.ack(position);
        options.acks.settle(position);
      },
      onEvent: (event) => tellSpoolEvent(event, options.alarms, options.log),
    });
    options.acks.settle(spool.durable);
    await forgetOtherCursors(spool, options);
    // Without any cursor all would count as waiting, and the spool fill up.
    if (options.sinks.length === 0) {
      idle = spool.cursor(NO_SINK);
      idle.ack(spool.durable);
    }
    return spool;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BridgeError("BRIDGE_DATA_DIR", dataDir, why, { cause });
  }
}

async function forgetOtherCursors(
  spool: Spool,
  { sinks, log }: Pick<OpenSpoolOptions, "sinks" | "log">,
): Promise<void> {
  const ours = new Set(sinks.map(cursorName));
  for (const name of Object.keys(spool.stats().cursors)) {
    if (ours.has(name)) continue;
    if (name !== NO_SINK) log.warn({ sink: name }, "this sink is not configured any more");
    await spool.removeCursor(name);
  }
}
