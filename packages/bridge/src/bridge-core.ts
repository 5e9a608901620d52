import { join } from "node:path";
import type { SensorSchema } from "@bollard/schema";
import { isSpoolError } from "@bollard/spool";
import { type DestinationStream, type Logger, pino } from "pino";
import { Alarms } from "./alarms.js";
import type { BridgeOptions } from "./bridge-options.js";
import { type BridgeClock, systemClock } from "./clock.js";
import { CommandDesk, type CommandDeskOptions } from "./commands/command-desk.js";
import type { ResolvedConfig } from "./config/config.js";
import { mappingsOf, namesOf } from "./config/named-by-config.js";
import { readSchemaFiles } from "./config/read-config.js";
import { FirstSeen } from "./details/first-seen.js";
import { LogRing } from "./details/log-ring.js";
import { DurableAcks } from "./durable-acks.js";
import type { Entry } from "./entry.js";
import type { EndsOptions } from "./make-ends.js";
import { ReadingTimes } from "./reading-time.js";
import { NodeRegistry, type NodeRegistryOptions } from "./registry/node-registry.js";
import { RegistryFile } from "./registry/registry-file.js";
import { SchemaReferences } from "./schema-references.js";
import { type KnownSchema, SchemaSet } from "./schema-set.js";
import type { ForeignMapping } from "./sources/foreign/foreign-mapping.js";
import { EntityView } from "./view/entity-view.js";
import { Rate } from "./view/rate.js";

/** What a configuration and the files it names come to, checked and not taken up. */
export interface KnownByConfig {
  readonly schemas: readonly SensorSchema[];
  readonly nodes: NodeRegistryOptions;
  readonly mappings: ReadonlyMap<string, ForeignMapping>;
}

/** What a bridge has before it opens anything, and keeps over a reload: clock, log, and what it knows. */
export class BridgeCore {
  readonly options: BridgeOptions;
  /** The one that holds now. */
  config: ResolvedConfig;
  readonly clock: BridgeClock;
  readonly log: Logger;
  readonly logRing = new LogRing();
  readonly alarms: Alarms;
  readonly schemas: SchemaSet;
  readonly references: SchemaReferences;
  /** By the source's name. */
  readonly mappings: Map<string, ForeignMapping>;
  readonly nodes: NodeRegistry;
  readonly view: EntityView;
  readonly readingsIn: Rate;
  readonly acks = new DurableAcks(0);
  readonly times: ReadingTimes;
  readonly commands: CommandDesk;
  #firstSeen: FirstSeen | undefined;

  /**
   * Reads the files that the configuration names.
   *
   * @param routes - by which commands leave
   * @throws BridgeError `BRIDGE_CONFIG_INVALID`, `BRIDGE_CONFIG_UNREADABLE`, `BRIDGE_SCHEMA_CONFLICT`
   */
  constructor(
    options: BridgeOptions,
    config: ResolvedConfig,
    routes: CommandDeskOptions["routes"],
  ) {
    const clock = options.clock ?? systemClock();
    this.options = options;
    this.config = config;
    this.clock = clock;
    this.log = options.log ?? this.#makeLog(options.logTo ?? pino.destination(1));
    this.alarms = new Alarms(clock);
    this.schemas = new SchemaSet(this.#readSchemas(config), config.privacy);
    this.mappings = mappingsOf(config);
    this.references = new SchemaReferences(this.schemas, namesOf(config));
    this.nodes = new NodeRegistry(this.#registryOptions(config));
    this.view = new EntityView({
      ...{ clock, ...config.view },
      firstSeenMs: (node, nowMs) => this.#firstSeen?.of(node, nowMs) ?? nowMs,
    });
    this.readingsIn = new Rate(() => clock.monotonicMs());
    this.times = new ReadingTimes(clock);
    this.commands = new CommandDesk({
      ...{ routes, clock },
      schemas: () => this.schemas.all.map(({ schema }) => schema),
      idOf: (name) => this.nodes.registry.idOf(name),
    });
  }

  /** What is no mistake in the configuration and will do harm later, in sentences. */
  get warnings(): readonly string[] {
    const unknown = this.config.spool.neverThinned.filter((name) => !this.schemas.lookUp(name));
    return [
      ...this.schemas.warnings(),
      ...this.nodes.registry.warnings(),
      ...unknown.map((name) => `No schema ${name} is configured, as spool.neverThinned has it`),
    ];
  }

  /** What every end gets. */
  ends(config: ResolvedConfig): EndsOptions {
    const { clock, log, alarms, commands } = this;
    return { config, clock, log, alarms, commands };
  }

  /** The schema that an entry is read by; undefined where nobody can tell. */
  schemaOf(entry: Entry): KnownSchema | undefined {
    return this.references.schemaOf(entry, this.nodes.registry.find(entry.node)?.schemas);
  }

  /** Since when nodes are known; only once the data folder is there. */
  get firstSeen(): FirstSeen | undefined {
    return this.#firstSeen;
  }

  /** To be called once the data folder is there. */
  readFirstSeen(): void {
    this.#firstSeen = new FirstSeen(this.config.dataDir, this.clock);
  }

  /**
   * Reads and checks what another configuration names; nothing is changed.
   *
   * @throws BridgeError as the constructor does
   */
  readKnown(config: ResolvedConfig): KnownByConfig {
    const schemas = this.#readSchemas(config);
    const nodes = this.#registryOptions(config);
    new SchemaSet(schemas, config.privacy);
    new NodeRegistry(nodes);
    return { schemas, nodes, mappings: mappingsOf(config) };
  }

  /** Takes up what was read. */
  know(config: ResolvedConfig, { schemas, nodes, mappings }: KnownByConfig): void {
    this.schemas.replace(schemas, config.privacy);
    this.references.replace(namesOf(config));
    this.mappings.clear();
    for (const [name, mapping] of mappings) this.mappings.set(name, mapping);
    this.nodes.reload(nodes);
  }

  /** Tells of a message that could not be kept. */
  tellRefused(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const code = isSpoolError(error) ? error.code : "SPOOL_REFUSED";
    if (this.alarms.raise(code, "spool", message)) {
      this.log.error({ err: error }, "a message could not be kept and was not acknowledged");
    }
  }

  /** Tells what came of a replay. */
  tellReplay(replay: Promise<number>): void {
    replay.then(
      (count) => {
        if (count > 0) this.log.info({ count }, "replayed what was set aside");
      },
      (error: unknown) => {
        if (!isSpoolError(error)) this.log.error({ err: error }, "the replay failed");
      },
    );
  }

  #readSchemas(config: ResolvedConfig): SensorSchema[] {
    return [...readSchemaFiles(config.schemas), ...(this.options.schemas ?? [])];
  }

  #registryOptions({ nodes, dataDir }: ResolvedConfig): NodeRegistryOptions {
    const { unknown, list } = nodes;
    const file = new RegistryFile(nodes.file ?? join(dataDir, "nodes.yaml"));
    return { unknown, list, file, clock: this.clock };
  }

  /** To the page as well. */
  #makeLog(to: DestinationStream): Logger {
    const { level } = this.config.log;
    if (level === "silent") return pino({ level });
    const streams = [to, this.logRing].map((stream) => ({ level, stream }));
    return pino({ name: "bollard", level }, pino.multistream(streams));
  }
}
