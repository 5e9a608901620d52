import { decimalOf } from "@bollard/schema";

/** Words that C, C++ or a standard header have taken, and our own members. */
const taken = new Set(
  `alignas alignof and asm auto bool break case catch char class const constexpr continue decltype
  default delete do double else enum errno explicit export extern false float for friend goto if
  inline int long mutable namespace new noexcept not nullptr operator or private protected public
  register requires restrict return short signed sizeof static struct switch template this throw
  true try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor
  present time_s time_ms`.split(/\s+/),
);

const prefixes: Readonly<Record<number, string>> = {
  [-9]: "nano",
  [-6]: "micro",
  [-3]: "milli",
  [-2]: "centi",
  [-1]: "deci",
  1: "deca",
  2: "hecto",
  3: "kilo",
  6: "mega",
};

/** Units whose plain letters would say something else, or nothing. */
const unitWords: Readonly<Record<string, string>> = {
  "/": "ratio",
  "%": "percent",
  "/100": "percent",
  "/1000": "permille",
  "%RH": "percent",
  "%EL": "percent",
  MHz: "megahertz",
  MW: "megawatt",
  S: "siemens",
  "S/m": "siemens_m",
  F: "farad",
  H: "henry",
  lat: "deg",
  lon: "deg",
};

/** Any name of a schema as lower-case letters, digits and underscores. */
export function toWord(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
}

/** A SenML unit name as part of an identifier: `ug/m3` is `ug_m3`, `%RH` is `percent`. */
export function unitWord(unit: string): string {
  const known = unitWords[unit];
  if (known !== undefined) return known;
  return toWord(unit.startsWith("/") ? `per ${unit.slice(1)}` : unit);
}

/** A resolution as part of an identifier: 0.01 is `centi`, 1 is nothing, 0.5 is `0p5`. */
export function scaleWord(resolution: number): string {
  const decimal = decimalOf(resolution);
  if (decimal === undefined) throw new RangeError(`${resolution} is no decimal`);
  const { mantissa, exponent } = decimal;
  if (mantissa === 1 && exponent === 0) return "";
  const prefix = mantissa === 1 ? prefixes[exponent] : undefined;
  if (prefix !== undefined) return prefix;
  return plainDecimal(mantissa, exponent).replace(".", "p");
}

/** `0.005`, never `5e-3`. */
export function plainDecimal(mantissa: number, exponent: number): string {
  if (exponent >= 0) return `${mantissa}${"0".repeat(exponent)}`;
  const digits = String(mantissa).padStart(1 - exponent, "0");
  return `${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

/** Gives out names, each once. */
export class NameSpace {
  readonly #given = new Set<string>();

  /** The name itself, or with a number behind it where it is taken. */
  claim(name: string): string {
    let free = taken.has(name) ? `${name}_value` : name;
    for (let next = 2; this.#given.has(free); next++) free = `${name}_${next}`;
    this.#given.add(free);
    return free;
  }
}
