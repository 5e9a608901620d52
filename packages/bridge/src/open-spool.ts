import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Spool, type SpoolCursor } from "@bollard/spool";
import type { Logger } from "pino";
import type { Alarms } from "./alarms.js";
import type { BridgeClock } from "./clock.js";
import type { ResolvedConfig } from "./config/config.js";
import type { DurableAcks } from "./durable-acks.js";
import { BridgeError } from "./error.js";
import { tellSpoolEvent } from "./spool-alarms.js";

/** What the spool needs of the bridge. */
export interface OpenSpoolOptions {
  readonly config: ResolvedConfig;
  /** Told each time the disk has more. */
  readonly acks: DurableAcks;
  readonly alarms: Alarms;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

const DAY_MS = 86_400_000;
/** The cursor that moves on where there is no sink; a sink's has a colon in its name. */
const NO_SINK = "none";

/**
 * Moves on with the disk where there is no sink: without any cursor all would count as waiting, and
 * the spool fill up.
 */
export class IdleCursor {
  #spool: Spool | undefined;
  #cursor: SpoolCursor | undefined;

  /** To be told once, before anything else. */
  attach(spool: Spool): void {
    this.#spool = spool;
  }

  /** @param isIdle - whether there is no sink now */
  async use(isIdle: boolean): Promise<void> {
    const spool = this.#spool;
    this.#cursor = isIdle ? spool?.cursor(NO_SINK) : undefined;
    this.settle(spool?.durable ?? 0);
    if (!isIdle) await spool?.removeCursor(NO_SINK);
  }

  settle(position: number): void {
    this.#cursor?.ack(position);
  }
}

/**
 * Opens the spool in the data folder, which is made where there is none.
 *
 * @throws {@link BridgeError} `BRIDGE_DATA_DIR`
 */
export async function openSpool(
  options: OpenSpoolOptions,
): Promise<{ readonly spool: Spool; readonly idle: IdleCursor }> {
  const { dataDir, spool: config } = options.config;
  const idle = new IdleCursor();
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
        idle.settle(position);
        options.acks.settle(position);
      },
      onEvent: (event) => tellSpoolEvent(event, options.alarms, options.log),
    });
    options.acks.settle(spool.durable);
    idle.attach(spool);
    return { spool, idle };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BridgeError("BRIDGE_DATA_DIR", dataDir, why, { cause });
  }
}
