import type { Spool, SpoolEntry } from "@bollard/spool";
import type { Alarms } from "./alarms.js";
import type { BridgeClock } from "./clock.js";
import type { Interpreted, SetAside } from "./delivery.js";
import type { DurableAcks } from "./durable-acks.js";
import { decodeEntry, type Entry, encodeEntry } from "./entry.js";
import { type InterpretOptions, interpret } from "./interpret.js";
import type { KeyMemory } from "./key-memory.js";
import { dueFields } from "./rules/expiry.js";
import { stripPayload } from "./rules/strip-payload.js";
import type { SessionNumbers } from "./session-numbers.js";
import type { SetAsideLog } from "./set-aside-log.js";
import type { Accept, SourceMessage } from "./sources/source.js";
import type { EntityView } from "./view/entity-view.js";
import type { Rate } from "./view/rate.js";

/** What the steps work with. */
export interface PipelineParts extends InterpretOptions {
  readonly spool: Spool;
  readonly keys: KeyMemory;
  readonly sessions: SessionNumbers;
  readonly acks: DurableAcks;
  readonly setAside: SetAsideLog;
  readonly view: EntityView;
  readonly readingsIn: Rate;
  readonly alarms: Alarms;
  readonly clock: BridgeClock;
  /** Names of schemas whose messages stay where others are thinned out. */
  readonly neverThinned: ReadonlySet<string>;
  /** Told of a message that could not be kept. */
  readonly onRefused: (error: unknown) => void;
}

/** The middle of the bridge: sources push into it, drains pull out of it. */
export interface Pipeline {
  /** source → spool, and at once to the view. */
  readonly accept: Accept;
  /** spool → decode → rules: what the drains take to their sinks. */
  readonly interpret: (stored: SpoolEntry) => Interpreted;
  /** Shows and remembers an entry from before a restart. */
  readonly recall: (stored: SpoolEntry) => Recalled;
  /** What entries come to has changed, with the registry or the schemas: nothing is remembered. */
  readonly forget: () => void;
  /** How often that was. */
  readonly generation: () => number;
  readonly counts: Readonly<PipelineCounts>;
}

/** Messages since the start. */
export interface PipelineCounts {
  /** Those that came twice. */
  duplicates: number;
  /** Those whose key had other bytes before. */
  conflicts: number;
  /** Those not kept, since what must not come to the disk could not be taken out of them. */
  withheld: number;
}

/** An entry from before a restart; undefined where what is stored is none. */
export interface Recalled {
  readonly entry: Entry | undefined;
  readonly interpreted: Interpreted;
}

/** Interpreted entries kept for the drains that keep up; one that does not interprets again. */
const RECENT_ENTRIES = 512;

/**
 * ```
 *  serial ─ frame ─ link ─┐
 *                         ├─> arrive ─> dedupe ─> spool.append ─────┬─> interpret ─> view ─> page, API
 *  mqtt ──────────────────┘                          │              │
 *    ▲                                               ▼              │     ┌─> sink ─ PUBACK ─┐
 *    └──── kept: acknowledged to the node ◄──── on the disk         │     │                  │
 *                                                                   ▼     │                  ▼
 *                      spool.cursor ─> decode ─> rules ─> records ─ drain ┘        the cursor moves on
 * ```
 * Each step takes what the one before gives. The spool keeps the bytes as they came, so what cannot
 * be read today is replayed tomorrow. Only acknowledgements go back.
 */
export function createPipeline(parts: PipelineParts): Pipeline {
  const { spool, keys, acks, setAside, view } = parts;
  const counts: PipelineCounts = { duplicates: 0, conflicts: 0, withheld: 0 };
  const recent = new Map<number, Interpreted>();
  const sessionOf = new Map<string, number>();
  let generation = 0;

  /** Stamps a message with the time and, where its node used a key twice, with its session. */
  const arrive = (message: SourceMessage): Entry => {
    const { source, node, sequence, layout, binding, receivedMs, nodeClock, signal } = message;
    const entry: { -readonly [Key in keyof Entry]: Entry[Key] } = {
      source,
      node,
      boot: sessionFor(message),
      sequence,
      // Its buffer may be the source's, for the next message.
      payload: Uint8Array.from(message.payload),
      arrival: {
        bootId: parts.clock.bootId,
        monotonicMs: parts.clock.monotonicMs(),
        wallMs: Math.max(0, Math.trunc(parts.clock.wallMs())),
        quality: parts.clock.quality(),
      },
    };
    if (layout !== undefined) entry.layout = layout;
    if (binding !== undefined) entry.binding = binding;
    if (receivedMs !== undefined) entry.receivedMs = receivedMs;
    if (nodeClock !== undefined) entry.nodeClock = nodeClock;
    if (signal !== undefined) entry.signal = signal;
    return entry;
  };

  const sessionFor = ({ boot, node }: SourceMessage) =>
    sessionOf.size === 0 ? boot : (sessionOf.get(`${boot}/${node}`) ?? boot);

  /** The same key with other bytes is another message: it gets a session of its own, never dropped. */
  const inNewSession = (entry: Entry, wireBoot: number): Entry => {
    counts.conflicts++;
    const boot = parts.sessions.next(entry.node);
    sessionOf.set(`${wireBoot}/${entry.node}`, boot);
    const message = `Its message ${wireBoot}-${entry.sequence} came with other bytes before: it has forgotten its boot count, or another node has its id`;
    parts.alarms.raise("KEY_USED_TWICE", entry.node, message);
    return { ...entry, boot };
  };

  const remember = (position: number, entry: Entry) =>
    keys.remember(entry.node, entry.boot, entry.sequence, entry.payload, position);

  /** Interprets a new entry once, for the view and for the drains that will ask soon. */
  const show = (position: number, entry: Entry) => {
    const interpreted = interpret(position, entry, parts);
    recent.set(position, interpreted);
    recent.delete(position - RECENT_ENTRIES);
    if (interpreted.kind === "set-aside") setAside.add(interpreted);
    else {
      view.show(interpreted);
      parts.readingsIn.add(interpreted.readings.length);
    }
  };

  const spokenIn = (entry: Entry) =>
    parts.references.schemaOf(entry, parts.registry.find(entry.node)?.schemas);

  const isNeverThinned = (entry: Entry): boolean => {
    if (parts.neverThinned.size === 0) return false;
    const schema = spokenIn(entry);
    return schema !== undefined && parts.neverThinned.has(schema.schema.name);
  };

  /** Without what must not come to the disk; undefined where that cannot be told. */
  const stripped = (entry: Entry): Entry | undefined => {
    if (!parts.references.isAnyStripped) return entry;
    const schema = spokenIn(entry);
    const names = schema?.privacy.beforeSpool ?? [];
    if (!schema || names.length === 0) return entry;
    const isOther = entry.layout !== undefined && entry.layout !== schema.fingerprint;
    const arrivalS = parts.times.arrivalS(entry);
    const payload = isOther ? undefined : stripPayload(entry.payload, schema, arrivalS, names);
    if (payload) return { ...entry, payload };
    counts.withheld++;
    const why = `Its message could not be read by ${schema.schema.name}, whose fields must not all come to the disk: it was not kept`;
    parts.alarms.raise("PRIVACY_UNREADABLE", entry.node, why);
    return undefined;
  };

  const accept: Accept = (message) => {
    const arrived = stripped(arrive(message));
    if (!arrived) {
      message.kept();
      return true;
    }
    let entry = arrived;
    const known = keys.look(entry.node, entry.boot, entry.sequence, entry.payload);
    if (known.kind === "duplicate") {
      counts.duplicates++;
      acks.wait(known.position, message.kept);
      return true;
    }
    try {
      if (known.kind === "conflict") entry = inNewSession(entry, message.boot);
      const { bytes, stream, timeMs } = encodeEntry(entry);
      const keep = message.isAlarm === true || isNeverThinned(entry);
      const position = spool.append(bytes, { stream, timeMs, keep });
      remember(position, entry);
      acks.wait(position, message.kept);
      show(position, entry);
      return true;
    } catch (error) {
      parts.onRefused(error);
      return false;
    }
  };

  const read = (stored: SpoolEntry): Recalled => {
    try {
      const entry = decodeEntry(stored);
      return { entry, interpreted: interpret(stored.position, entry, parts) };
    } catch (error) {
      return { entry: undefined, interpreted: malformed(stored.position, error) };
    }
  };

  const isShortened = (entry: Entry): boolean => {
    const schema = spokenIn(entry);
    return schema !== undefined && dueFields(schema.privacy, parts.times.ageS(entry)).length > 0;
  };

  const recall = (stored: SpoolEntry): Recalled => {
    const recalled = read(stored);
    // Its bytes may be others by now than those that its node would send again.
    const mayDiffer = recalled.entry && isShortened(recalled.entry);
    if (recalled.entry && !mayDiffer) remember(stored.position, recalled.entry);
    if (!recalled.entry) setAside.add(recalled.interpreted as SetAside);
    if (recalled.interpreted.kind === "delivery") view.recall(recalled.interpreted);
    return recalled;
  };

  return {
    accept,
    counts,
    forget: () => {
      recent.clear();
      generation++;
    },
    generation: () => generation,
    interpret: (stored) => recent.get(stored.position) ?? read(stored).interpreted,
    recall,
  };
}

function malformed(position: number, error: unknown): SetAside {
  const detail = error instanceof Error ? error.message : String(error);
  return { kind: "set-aside", position, reason: "malformed", detail };
}
