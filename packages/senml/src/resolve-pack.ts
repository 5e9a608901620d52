import { SenmlError } from "./error.js";
import { lookUpUnit } from "./look-up-unit.js";
import {
  DEFAULT_VERSION,
  isSenmlName,
  MOST_RECORDS,
  type Pack,
  type PackRecord,
  RELATIVE_TIMES_END,
  SECONDARY_UNITS_VERSION,
} from "./pack.js";
import type { ResolvedRecord } from "./record.js";

/** How a pack is resolved. */
export interface ResolveOptions {
  /** Unix seconds that relative times are added to. Default: they stay relative. */
  readonly now?: number;
  /** Whether a unit outside the registry is refused. Default: `allow`, for the registry grows. */
  readonly unknownUnits?: "allow" | "refuse";
  /** More are an error. Default: 10,000. */
  readonly maxRecords?: number;
}

/** The base fields that hold at a record. */
interface Base {
  name: string;
  time: number;
  unit: string | undefined;
  value: number | undefined;
  sum: number | undefined;
}

type Draft = { -readonly [Key in keyof ResolvedRecord]: ResolvedRecord[Key] };

function updateBase(base: Base, record: PackRecord, index: number): void {
  if (record.bn !== undefined) base.name = record.bn;
  if (record.bt !== undefined) base.time = record.bt;
  if (record.bu !== undefined) base.unit = record.bu;
  if (record.bv !== undefined) base.value = record.bv;
  if (record.bs !== undefined) base.sum = record.bs;
  const version = record.bver ?? DEFAULT_VERSION;
  if (version > DEFAULT_VERSION && version !== SECONDARY_UNITS_VERSION) {
    throw new SenmlError("SENML_UNSUPPORTED_VERSION", index, `version ${version} is not known`);
  }
}

/**
 * Refuses what no record may have: a bad name, not exactly one value, numbers that are not finite.
 *
 * @param record - resolved
 */
export function checkRecord(record: ResolvedRecord, index: number): void {
  if (!isSenmlName(record.name)) {
    const shown = JSON.stringify(record.name.slice(0, 80));
    throw new SenmlError("SENML_BAD_NAME", index, `${shown} is not a record's name`);
  }
  const values =
    (record.value === undefined ? 0 : 1) +
    (record.stringValue === undefined ? 0 : 1) +
    (record.booleanValue === undefined ? 0 : 1) +
    (record.dataValue === undefined ? 0 : 1);
  if (values > 1) throw new SenmlError("SENML_TWO_VALUES", index, `${record.name} has two values`);
  if (values === 0 && record.sum === undefined) {
    throw new SenmlError("SENML_NO_VALUE", index, `${record.name} has neither value nor sum`);
  }
  checkNumber(record.value, index, "value");
  checkNumber(record.sum, index, "sum");
  checkNumber(record.time, index, "time");
  checkNumber(record.updateTime, index, "update time");
}

function checkNumber(value: number | undefined, index: number, what: string): void {
  if (value === undefined || Number.isFinite(value)) return;
  throw new SenmlError("SENML_BAD_NUMBER", index, `the ${what} ${value} is not a finite number`);
}

/** Refuses a unit that the registry does not have. */
export function checkUnit(unit: string | undefined, index: number): void {
  if (unit === undefined || lookUpUnit(unit) !== undefined) return;
  const shown = JSON.stringify(unit.slice(0, 80));
  throw new SenmlError("SENML_UNKNOWN_UNIT", index, `${shown} is not in the units registry`);
}

function resolveTime(base: Base, record: PackRecord, now: number | undefined): number | undefined {
  const time = base.time + (record.t ?? 0);
  if (now !== undefined) return time < RELATIVE_TIMES_END ? now + time : time;
  return time === 0 ? undefined : time;
}

function resolveRecord(base: Base, record: PackRecord, now: number | undefined): ResolvedRecord {
  const resolved: Draft = { name: base.name + (record.n ?? "") };
  const unit = record.u ?? base.unit;
  if (unit !== undefined) resolved.unit = unit;
  const { v, vs, vb, vd } = record;
  const isBare = v === undefined && vs === undefined && vb === undefined && vd === undefined;
  if (v !== undefined) resolved.value = (base.value ?? 0) + v;
  else if (isBare && base.value !== undefined) resolved.value = base.value;
  if (vs !== undefined) resolved.stringValue = vs;
  if (vb !== undefined) resolved.booleanValue = vb;
  if (vd !== undefined) resolved.dataValue = vd;
  if (record.s !== undefined || base.sum !== undefined) {
    resolved.sum = (base.sum ?? 0) + (record.s ?? 0);
  }
  const time = resolveTime(base, record, now);
  if (time !== undefined) resolved.time = time;
  if (record.ut !== undefined) resolved.updateTime = record.ut;
  return resolved;
}

/**
 * Resolves a pack: applies its base fields, so that each record stands alone, and sorts the records by
 * time; those of one time keep their order.
 *
 * `[{ bn: "urn:dev:mac:01:", bt: 1320067464, n: "temp", u: "Cel", v: 21.5 }]` becomes
 * `[{ name: "urn:dev:mac:01:temp", unit: "Cel", value: 21.5, time: 1320067464 }]`.
 *
 * @throws {@link SenmlError} with the index of the record that is not SenML
 * @see RFC 8428, sections 4.2 to 4.6; RFC 9100 for versions
 */
export function resolvePack(pack: Pack, options: ResolveOptions = {}): ResolvedRecord[] {
  const most = options.maxRecords ?? MOST_RECORDS;
  if (pack.length > most) {
    const message = `${pack.length} records are too many; at most ${most}`;
    throw new SenmlError("SENML_TOO_MANY_RECORDS", undefined, message);
  }
  const base: Base = { name: "", time: 0, unit: undefined, value: undefined, sum: undefined };
  const records: ResolvedRecord[] = [];
  let isOrdered = true;
  let latest = Number.NEGATIVE_INFINITY;
  for (const [index, record] of pack.entries()) {
    updateBase(base, record, index);
    const resolved = resolveRecord(base, record, options.now);
    checkRecord(resolved, index);
    if (options.unknownUnits === "refuse") checkUnit(resolved.unit, index);
    const time = resolved.time ?? 0;
    isOrdered &&= time >= latest;
    latest = time;
    records.push(resolved);
  }
  return isOrdered ? records : records.sort((one, other) => (one.time ?? 0) - (other.time ?? 0));
}
