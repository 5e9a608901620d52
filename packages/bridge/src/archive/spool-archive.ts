import { join } from "node:path";
import {
  type DamageSurvey,
  type ReplayOptions,
  type SpoolEntry,
  SpoolReader,
  type SpoolSurvey,
} from "@bollard/spool";
import { systemClock } from "../clock.js";
import type { ResolvedConfig } from "../config/config.js";
import { mappingsOf, namesOf } from "../config/named-by-config.js";
import { readSchemaFiles } from "../config/read-config.js";
import type { Interpreted } from "../delivery.js";
import { decodeEntry, type Entry } from "../entry.js";
import { type InterpretOptions, interpret } from "../interpret.js";
import { ReadingTimes } from "../reading-time.js";
import { NodeRegistry } from "../registry/node-registry.js";
import { RegistryFile } from "../registry/registry-file.js";
import { SchemaReferences } from "../schema-references.js";
import { SchemaSet } from "../schema-set.js";

/** Which entries of a spool are wanted; each bound is included. */
export interface ArchiveRange {
  /** First and last position. Default: the oldest, the newest. */
  readonly first?: number;
  readonly last?: number;
  /** Earliest and latest arrival, milliseconds since the Unix epoch. Default: no bound. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** A node's own id, or the name it has in the city. Default: every node. */
  readonly node?: string;
}

/** How an archive is opened. */
export interface SpoolArchiveOptions {
  readonly config: ResolvedConfig;
  /** Told of entries that cannot be read any more. Default: nobody is. */
  readonly onDamage?: (damage: DamageSurvey) => void;
}

/** One entry, and what the configuration makes of it. */
export interface ArchivedEntry {
  readonly stored: SpoolEntry;
  /** Undefined where what is stored is no entry. */
  readonly entry: Entry | undefined;
  readonly interpreted: Interpreted;
}

/**
 * What a bridge keeps on its disk, read by its configuration, also beside the bridge that runs on it:
 * nothing is changed.
 *
 * Entries are interpreted as the bridge does: with the schemas, the registry and the rules that the
 * configuration names now.
 */
export class SpoolArchive {
  readonly config: ResolvedConfig;
  readonly #reader: SpoolReader;
  readonly #options: InterpretOptions;
  /** Fields of every schema, each name once. */
  readonly fields: readonly string[];

  private constructor(config: ResolvedConfig, reader: SpoolReader) {
    const clock = systemClock();
    const { nodes, dataDir, privacy } = config;
    const list = readSchemaFiles(config.schemas);
    const schemas = new SchemaSet(list, privacy);
    const file = new RegistryFile(nodes.file ?? join(dataDir, "nodes.yaml"));
    this.config = config;
    this.#reader = reader;
    this.#options = {
      registry: new NodeRegistry({ ...nodes, file, clock }).registry,
      references: new SchemaReferences(schemas, namesOf(config)),
      mappings: mappingsOf(config),
      times: new ReadingTimes(clock),
    };
    this.fields = [...new Set(list.flatMap(({ fields }) => fields.map(({ name }) => name)))];
  }

  /**
   * @throws SpoolError `SPOOL_UNREADABLE`; BridgeError for a schema or a registry that cannot be read
   */
  static async open({ config, onDamage }: SpoolArchiveOptions): Promise<SpoolArchive> {
    const dir = join(config.dataDir, "spool");
    const reader = await SpoolReader.open({ dir, ...(onDamage && { onDamage }) });
    return new SpoolArchive(config, reader);
  }

  survey(): SpoolSurvey {
    return this.#reader.survey();
  }

  /** The entries of a range, in order, in runs. */
  async *entries(range: ArchiveRange = {}): AsyncGenerator<ArchivedEntry[], void, undefined> {
    const { node } = range;
    for await (const run of this.#reader.replay(replayOptions(range))) {
      const read = run.map((stored) => this.#read(stored));
      const wanted = node === undefined ? read : read.filter((one) => isOf(one, node));
      if (wanted.length > 0) yield wanted;
    }
  }

  #read(stored: SpoolEntry): ArchivedEntry {
    const { position } = stored;
    try {
      const entry = decodeEntry(stored);
      return { stored, entry, interpreted: interpret(position, entry, this.#options) };
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      const interpreted = { kind: "set-aside", position, reason: "malformed", detail } as const;
      return { stored, entry: undefined, interpreted };
    }
  }
}

function replayOptions({ first, last, fromMs, toMs }: ArchiveRange): ReplayOptions {
  return {
    ...(first !== undefined && { from: first }),
    ...(last !== undefined && { to: last }),
    ...(fromMs !== undefined && { fromMs }),
    ...(toMs !== undefined && { toMs }),
  };
}

function isOf({ stored, interpreted }: ArchivedEntry, node: string): boolean {
  return (
    stored.stream === node || (interpreted.kind === "delivery" && interpreted.node.name === node)
  );
}
