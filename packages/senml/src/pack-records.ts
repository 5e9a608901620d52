import { lookUpUnit } from "./look-up-unit.js";
import { type Pack, type PackRecord, SECONDARY_UNITS_VERSION } from "./pack.js";
import type { ResolvedRecord } from "./record.js";
import { checkRecord, checkUnit } from "./resolve-pack.js";

/** How records are packed. */
export interface PackOptions {
  /** Whether a unit outside the registry is refused. Default: `refuse`. */
  readonly unknownUnits?: "allow" | "refuse";
  /**
   * Whether a pack with a secondary unit such as `ug/m3` says so by version 26, as RFC 9100 has it.
   * Without it, readers that know RFC 8428 only take the pack, and may not know the unit. Default: true.
   */
  readonly declareSecondaryUnits?: boolean;
}

type Draft = { -readonly [Key in keyof PackRecord]: PackRecord[Key] };

/** After which a name may be cut: `urn:dev:mac:01:` and `temp`. */
function prefixLength(name: string): number {
  for (let at = name.length - 1; at >= 0; at--) {
    const character = name[at];
    if (character === ":" || character === "/" || character === "." || character === "_") {
      return at + 1;
    }
  }
  return 0;
}

/** Cuts names into a base name and the rest. */
class NameFolder {
  readonly #isOneName: boolean;
  #base = "";

  constructor(records: readonly ResolvedRecord[]) {
    const [first] = records;
    this.#isOneName = records.length > 1 && records.every(({ name }) => name === first?.name);
  }

  fold(packed: Draft, name: string, next: string | undefined): void {
    const length = this.#isOneName ? name.length : prefixLength(name);
    const base = name.slice(0, length);
    const isShared = next?.startsWith(base) === true && length > 0;
    if (base !== this.#base && (isShared || !name.startsWith(this.#base))) {
      this.#base = isShared ? base : "";
      packed.bn = this.#base;
    }
    const rest = name.slice(this.#base.length);
    if (rest !== "") packed.n = rest;
  }
}

/** The shortest decimal that, added to the base, gives the time exactly. */
function timeAfter(base: number, time: number): number | undefined {
  const difference = time - base;
  for (const scale of [1, 10, 100, 1000, 1e6]) {
    const rounded = Math.round(difference * scale) / scale;
    if (base + rounded === time) return rounded + 0;
  }
  return base + difference === time ? difference : undefined;
}

function foldTime(
  packed: Draft,
  base: number | undefined,
  time: number | undefined,
): number | undefined {
  // A time of 0 is now, and so is none.
  if (time === undefined || time === 0) return base;
  if (base === undefined) {
    packed.t = time;
    return base;
  }
  const after = timeAfter(base, time);
  if (after === undefined) {
    packed.bt = time;
    return time;
  }
  if (after !== 0) packed.t = after;
  return base;
}

function needsDeclaring(records: readonly ResolvedRecord[]): boolean {
  return records.some(({ unit }) => {
    const known = unit === undefined ? undefined : lookUpUnit(unit);
    return known !== undefined && known.primary !== known.name;
  });
}

/** The unit of most records, where each record has one: a base unit would be given to the others. */
function commonUnit(records: readonly ResolvedRecord[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { unit } of records) {
    if (unit === undefined) return undefined;
    counts.set(unit, (counts.get(unit) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, one], [, other]) => other - one);
  return most !== undefined && most[1] > 1 ? most[0] : undefined;
}

/** -0 is 0: the two forms would tell them apart differently. */
function plain(value: number): number {
  return value === 0 ? 0 : value;
}

function copyValues(packed: Draft, record: ResolvedRecord): void {
  if (record.value !== undefined) packed.v = plain(record.value);
  if (record.stringValue !== undefined) packed.vs = record.stringValue;
  if (record.booleanValue !== undefined) packed.vb = record.booleanValue;
  if (record.dataValue !== undefined) packed.vd = record.dataValue;
  if (record.sum !== undefined) packed.s = plain(record.sum);
  if (record.updateTime !== undefined) packed.ut = plain(record.updateTime);
}

/**
 * Packs resolved records: what they share becomes base name, base time and base unit.
 *
 * `resolvePack` gives the same records back, sorted by time.
 *
 * @throws SenmlError with the index of the record that is not SenML
 * @see RFC 8428, section 4.1
 */
export function packRecords(records: readonly ResolvedRecord[], options: PackOptions = {}): Pack {
  const names = new NameFolder(records);
  const hasTimes =
    records.length > 1 && records.every(({ time }) => time !== undefined && time !== 0);
  let baseTime = hasTimes ? records[0]?.time : undefined;
  const unit = commonUnit(records);
  const isDeclared = options.declareSecondaryUnits !== false && needsDeclaring(records);
  return records.map((record, index) => {
    checkRecord(record, index);
    if (options.unknownUnits !== "allow") checkUnit(record.unit, index);
    const packed: Draft = {};
    if (index === 0) {
      if (isDeclared) packed.bver = SECONDARY_UNITS_VERSION;
      if (baseTime !== undefined) packed.bt = baseTime;
      if (unit !== undefined) packed.bu = unit;
    }
    names.fold(packed, record.name, records[index + 1]?.name);
    if (record.unit !== undefined && record.unit !== unit) packed.u = record.unit;
    baseTime = foldTime(packed, baseTime, record.time);
    copyValues(packed, record);
    return packed;
  });
}
