import { LinkSessions } from "@bollard/link";
import type { Spool } from "@bollard/spool";
import type { BridgeCore } from "./bridge-core.js";
import type { ResolvedConfig } from "./config/config.js";
import { EndSet } from "./end-set.js";
import { FieldExpiry } from "./field-expiry.js";
import { isMendedMapping } from "./interpret.js";
import { KeyMemory } from "./key-memory.js";
import type { SourcesOptions } from "./make-ends.js";
import { type IdleCursor, openSpool } from "./open-spool.js";
import { createPipeline, type Pipeline } from "./pipeline.js";
import { recall } from "./recall.js";
import { Replay } from "./replay.js";
import { SessionNumbers } from "./session-numbers.js";
import { type SetAsideGroup, SetAsideLog } from "./set-aside-log.js";
import { SinkSet } from "./sinks/sink-set.js";
import { openSerialPort } from "./sources/serial/open-port.js";
import type { LastKey, Source } from "./sources/source.js";

/** What a bridge has while it runs: the spool, and all that stands on it. */
export class RunningBridge {
  readonly #core: BridgeCore;
  readonly spool: Spool;
  readonly pipeline: Pipeline;
  readonly setAside: SetAsideLog;
  readonly sinks: SinkSet;
  readonly sources = new EndSet<Source>({
    open: (source) => source.open(),
    close: (source) => source.close(),
  });
  readonly replay: Replay;
  readonly expiry: FieldExpiry;
  readonly #sessions: SessionNumbers;
  /** One for all serial ports. */
  readonly #linkSessions: LinkSessions;
  /** From before the start. */
  #lastKeys: readonly LastKey[] = [];

  private constructor(core: BridgeCore, spool: Spool, idle: IdleCursor) {
    const { dataDir } = core.config;
    this.#core = core;
    this.spool = spool;
    this.setAside = new SetAsideLog(dataDir);
    this.#sessions = new SessionNumbers({ dataDir });
    core.readFirstSeen();
    const { setAside } = this;
    const pipeline = this.#makePipeline();
    this.pipeline = pipeline;
    this.sinks = new SinkSet({ spool, idle, pipeline, setAside });
    const drains = () => this.sinks.drains;
    this.replay = new Replay({
      ...{ spool, setAside, pipeline, view: core.view, drains },
      isKnown: (group) => this.#isKnown(group),
    });
    this.#linkSessions = new LinkSessions({ allocateSession: (node) => this.#sessions.next(node) });
    const { clock, alarms, log, times } = core;
    this.expiry = new FieldExpiry({
      ...{ spool, clock, alarms, log, times },
      schemas: () => core.schemas.all,
      schemaOf: (entry) => core.schemaOf(entry),
      onSwept: () => {
        pipeline.forget();
        core.view.expire(core.schemas.all);
      },
    });
  }

  /**
   * Opens the spool in the data folder.
   *
   * @throws BridgeError `BRIDGE_DATA_DIR`
   */
  static async open(core: BridgeCore): Promise<RunningBridge> {
    const { spool, idle } = await openSpool({ ...core.ends(core.config), acks: core.acks });
    try {
      return new RunningBridge(core, spool, idle);
    } catch (error) {
      await spool.close().catch(() => {});
      throw error;
    }
  }

  /** Connects the sinks, and brings back what was in memory before the last stop. */
  async recall(): Promise<void> {
    await this.sinks.apply(this.#core.ends(this.#core.config));
    const { links, lastKeys } = await recall(this.spool, this.pipeline, this.sinks.drains);
    for (const session of links) this.#linkSessions.restore(session);
    this.#lastKeys = lastKeys;
  }

  /** What sources are made from. */
  sourceOptions(config: ResolvedConfig): SourcesOptions {
    const { mappings, schemas, options } = this.#core;
    return {
      ...this.#core.ends(config),
      accept: this.pipeline.accept,
      sessions: this.#sessions,
      linkSessions: this.#linkSessions,
      lastKeys: this.#lastKeys,
      mappings,
      schemas,
      openPort: options.openPort ?? openSerialPort,
      commit: () => this.spool.commit(),
    };
  }

  /**
   * Stops in good order.
   *
   * @param closeHttp - called once nothing more is taken out of the spool
   */
  async close(closeHttp: () => Promise<void> | undefined): Promise<void> {
    // What came in last is brought to the disk first, so that its nodes hear of it.
    await this.spool.commit().catch(() => {});
    this.replay.close();
    this.sinks.stop();
    await this.expiry.close();
    await Promise.all([closeHttp(), this.sources.close(), this.sinks.close()]);
    await this.spool.close();
    this.#sessions.close();
    await Promise.all([this.setAside.save(), this.#core.firstSeen?.save()]);
  }

  #makePipeline(): Pipeline {
    const { acks, view, readingsIn, alarms, clock, references, mappings, times } = this.#core;
    return createPipeline({
      ...{ spool: this.spool, setAside: this.setAside, sessions: this.#sessions },
      ...{ acks, view, readingsIn, alarms, clock, references, mappings, times },
      keys: new KeyMemory(),
      registry: this.#core.nodes.registry,
      neverThinned: new Set(this.#core.config.spool.neverThinned),
      onRefused: (error) => this.#core.tellRefused(error),
    });
  }

  #isKnown({ reason, detail }: SetAsideGroup): boolean {
    const { nodes, mappings, references } = this.#core;
    const { registry } = nodes;
    if (reason === "unknown-node") return registry.find(detail) !== undefined;
    if (reason === "unmapped") return isMendedMapping(detail, mappings);
    return references.isKnown(detail, (node) => registry.find(node)?.schemas);
  }
}
