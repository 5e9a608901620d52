import {
  discouragedUnits,
  type PrimaryEntry,
  primaryUnits,
  type SecondaryEntry,
  type SenmlUnitName,
  secondaryUnits,
} from "./units.js";

/** One unit of the IANA SenML units registry. */
export interface SenmlUnit {
  readonly name: SenmlUnitName;
  readonly description: string;
  /** As a person writes it, such as `µg/m³`; empty for a bare number. */
  readonly symbol: string;
  /** False for those that new implementations should not produce, such as `l`. */
  readonly recommended: boolean;
  /** The primary unit it is measured against; its own name for a primary unit. */
  readonly primary: keyof typeof primaryUnits;
  /** A value in the primary unit is `value * multiply / divide + offset`. */
  readonly multiply: number;
  readonly divide: number;
  readonly offset: number;
}

const units = new Map<string, SenmlUnit>();

function readRegistry(): void {
  const primaries: [string, PrimaryEntry][] = Object.entries(primaryUnits);
  for (const [name, entry] of primaries) {
    const [description, symbol] = typeof entry === "string" ? [entry, name] : entry;
    const primary = name as keyof typeof primaryUnits;
    const recommended = !discouragedUnits.includes(name);
    const same = { primary, multiply: 1, divide: 1, offset: 0 };
    units.set(name, { name: primary, description, symbol, recommended, ...same });
  }
  const secondaries: [string, SecondaryEntry][] = Object.entries(secondaryUnits);
  for (const [key, entry] of secondaries) {
    const name = key as SenmlUnitName;
    const [description, symbol, primary, multiply, divide = 1, offset = 0] = entry;
    const scale = { primary, multiply, divide, offset };
    units.set(key, { name, description, symbol, recommended: true, ...scale });
  }
}

/**
 * Finds a unit in the IANA SenML units registry, primary or secondary.
 *
 * `lookUpUnit("ug/m3")` gives primary `kg/m3`, multiply 1, divide 1e9, offset 0, symbol `µg/m³`.
 *
 * @param name - case matters: `Pa`, not `pa`
 * @returns undefined for a name that is not registered
 * @see RFC 8428, section 12.1; RFC 8798, section 3
 */
export function lookUpUnit(name: string): SenmlUnit | undefined {
  if (units.size === 0) readRegistry();
  return units.get(name);
}

/** Every unit of the registry, primary ones first, in the order of the registry. */
export function allUnits(): readonly SenmlUnit[] {
  if (units.size === 0) readRegistry();
  return [...units.values()];
}

/**
 * A unit as a person writes it: `Cel` becomes `°C`, `ug/m3` `µg/m³`, `%RH` `%`, `count` nothing.
 *
 * @returns the name itself where it is not registered
 */
export function displayUnit(name: string): string {
  return lookUpUnit(name)?.symbol ?? name;
}
