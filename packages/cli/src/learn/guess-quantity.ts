import type { NumberFacts } from "./column-facts.js";

/** What a column's name lets one think of it. */
export interface Guess {
  /** SenML unit name. */
  readonly unit: string;
  /** False where the name told nothing. */
  readonly isKnown: boolean;
  /** What sensors of that quantity commonly resolve, in the unit. */
  readonly resolution?: number;
  /** Values outside of it cannot be. */
  readonly min?: number;
  readonly max?: number;
  /** How far beyond a fortnight's values a year goes, in the unit. */
  readonly margin?: number;
}

type Rule = readonly [pattern: RegExp, guess: Omit<Guess, "isKnown">];

const rules: readonly Rule[] = [
  [/^(pm|pn)_?\d/, { unit: "ug/m3", resolution: 0.1, min: 0 }],
  [/^(no|no2|nox|so2|o3|co|nh3|voc|tvoc|benzene)$/, { unit: "ug/m3", resolution: 1, min: 0 }],
  [/^co2$/, { unit: "ppm", resolution: 1, min: 0 }],
  [/temp|dew_?point/, { unit: "Cel", resolution: 0.1, min: -273.15, margin: 25 }],
  [/humid|^rh$/, { unit: "%RH", resolution: 0.1, min: 0, max: 100 }],
  [/rain|precip|snow/, { unit: "mm", resolution: 0.1, min: 0 }],
  [/wind_?dir|heading|bearing/, { unit: "deg", resolution: 1, min: 0, max: 360 }],
  [/wind|gust|speed/, { unit: "m/s", resolution: 0.1, min: 0 }],
  [/noise|laeq|lamax|^la|sound|rssi|signal/, { unit: "dB", resolution: 0.1 }],
  [/illumin|light|lux/, { unit: "lx", resolution: 1, min: 0 }],
  [/batt.*(percent|level)|soc/, { unit: "%EL", resolution: 1, min: 0, max: 100 }],
  [/volt|batt/, { unit: "V", resolution: 0.01, min: 0 }],
  [/current|amp/, { unit: "A", resolution: 0.01 }],
  [/power|watt/, { unit: "W", resolution: 1 }],
  [/energy/, { unit: "kWh", resolution: 0.1, min: 0 }],
  [/lat(itude)?$/, { unit: "lat", resolution: 0.00001, min: -90, max: 90 }],
  [/lon|lng/, { unit: "lon", resolution: 0.00001, min: -180, max: 180 }],
  [/level|depth|height|distance|altitude/, { unit: "m", resolution: 0.01 }],
  [/ph$/, { unit: "pH", resolution: 0.01, min: 0, max: 14 }],
  [/turbid/, { unit: "NTU", resolution: 0.1, min: 0 }],
  [/fill|percent/, { unit: "/100", resolution: 1, min: 0, max: 100 }],
];

/** Guesses unit and limits by the field's name, and for air pressure by its size. */
export function guessQuantity(name: string, facts: NumberFacts): Guess {
  if (/press|baro/.test(name)) {
    return facts.max > 5000
      ? { unit: "Pa", isKnown: true, resolution: 10, min: 0, margin: 4000 }
      : { unit: "hPa", isKnown: true, resolution: 0.1, min: 0, margin: 40 };
  }
  const known = rules.find(([pattern]) => pattern.test(name))?.[1];
  if (known !== undefined) return { ...known, isKnown: true };
  // Whole numbers from 0 on are counts of something, more often than not.
  return facts.decimals === 0
    ? { unit: "count", resolution: 1, isKnown: false }
    : { unit: "/", isKnown: false };
}
