import type { Spool } from "@bollard/spool";
import { type EndChanges, EndSet } from "../end-set.js";
import { type EndsOptions, planSinks } from "../make-ends.js";
import type { IdleCursor } from "../open-spool.js";
import type { SinkStatus } from "../page/api-types.js";
import type { Pipeline } from "../pipeline.js";
import { recallForSinks } from "../recall.js";
import type { SetAsideLog } from "../set-aside-log.js";
import { Rate } from "../view/rate.js";
import { cursorName, Drain } from "./drain.js";
import { LiveLane } from "./live-lane.js";
import type { Sink } from "./sink.js";

/** What the sinks are fed from. */
export interface SinkSetOptions {
  readonly spool: Spool;
  readonly idle: IdleCursor;
  readonly pipeline: Pick<Pipeline, "interpret">;
  readonly setAside: SetAsideLog;
}

interface RunningSink {
  readonly drain: Drain;
  readonly lane: LiveLane | undefined;
  readonly readingsOut: Rate;
}

/** The sinks that run, each with its drain. */
export class SinkSet {
  readonly #options: SinkSetOptions;
  readonly #ends = new EndSet<RunningSink>({
    open: ({ drain, lane }) => {
      drain.sink.open();
      return lane?.open();
    },
    close: ({ drain, lane }) => {
      drain.close();
      lane?.close();
      return drain.sink.close();
    },
  });

  constructor(options: SinkSetOptions) {
    this.#options = options;
  }

  get drains(): readonly Drain[] {
    return this.#ends.all.map(({ drain }) => drain);
  }

  /**
   * Makes and connects the sinks of the configuration; their drains do not run yet.
   *
   * A sink that is gone holds nothing back any more: its place in the spool is forgotten.
   *
   * @throws BridgeError `BRIDGE_CONFIG_UNREADABLE` for a secret; nothing is changed then
   */
  async apply(options: EndsOptions): Promise<EndChanges & { readonly fresh: readonly Drain[] }> {
    const { spool, idle, pipeline } = this.#options;
    const before = new Set(this.drains);
    const sinks = planSinks(options);
    const changes = await this.#ends.apply(
      sinks.map((planned) => ({ ...planned, make: () => this.#run(planned.make(), options) })),
    );
    const fresh = this.drains.filter((drain) => !before.has(drain));
    if (before.size > 0) await recallForSinks(spool, pipeline, fresh);
    await forgetOtherCursors(spool, this.drains, options);
    await idle.use(this.drains.length === 0);
    return { ...changes, fresh };
  }

  status(): readonly SinkStatus[] {
    return this.drains.map((drain) => ({
      name: drain.sink.name,
      kind: drain.sink.kind,
      ...drain.sink.state(),
      backlog: drain.backlog,
      dropped: drain.dropped,
      ...(drain.oldestMs !== undefined && { oldestAt: new Date(drain.oldestMs).toISOString() }),
    }));
  }

  /** Readings a second that the slowest has had. */
  get readingsOut(): number {
    const rates = this.#ends.all.map(({ readingsOut }) => readingsOut.perSecond());
    return rates.length === 0 ? 0 : Math.min(...rates);
  }

  /** Takes nothing more out of the spool. */
  stop(): void {
    for (const drain of this.drains) drain.close();
  }

  close(): Promise<void> {
    return this.#ends.close();
  }

  #run(sink: Sink, { clock, log }: EndsOptions): RunningSink {
    const readingsOut = new Rate(() => clock.monotonicMs());
    const { spool, setAside, pipeline } = this.#options;
    const { interpret } = pipeline;
    const child = log.child({ sink: sink.name });
    const common = { spool, sink, interpret, clock, log: child };
    let lane: LiveLane | undefined;
    const hasAlready = (position: number) => lane?.has(position) ?? false;
    const drain = new Drain({ ...common, setAside, readingsOut, hasAlready });
    if (sink.isLiveFirst) lane = new LiveLane({ ...common, drain });
    return { drain, lane, readingsOut };
  }
}

async function forgetOtherCursors(
  spool: Spool,
  drains: readonly Drain[],
  { log }: Pick<EndsOptions, "log">,
): Promise<void> {
  const ours = new Set(drains.map(({ sink }) => cursorName(sink)));
  for (const name of Object.keys(spool.stats().cursors)) {
    // Names without a colon are the bridge's own.
    if (ours.has(name) || !name.includes(":")) continue;
    log.warn({ sink: name }, "this sink is not configured any more");
    await spool.removeCursor(name);
  }
}
