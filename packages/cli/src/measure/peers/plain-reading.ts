import type { FieldValue, Reading } from "@bollard/payload";

/** A reading as programs hand it on: `{ t: 1538352143, pm25: 1.3 }`; what is missing is left out. */
export function plainReading({ time, values }: Reading): Record<string, unknown> {
  const plain: Record<string, unknown> = time === undefined ? {} : { t: time };
  for (const [name, value] of Object.entries(values)) {
    if (value !== null) plain[name] = value;
  }
  return plain;
}

/** The same for JSON, which has no bytes. */
export function jsonReading(reading: Reading): Record<string, unknown> {
  const plain = plainReading(reading);
  for (const [name, value] of Object.entries(plain)) {
    if (value instanceof Uint8Array) plain[name] = Buffer.from(value).toString("base64");
  }
  return plain;
}

/** One reading alone, or a list of them. */
export function oneOrMany<Item>(items: readonly Item[]): Item | readonly Item[] {
  const [first] = items;
  return items.length === 1 && first !== undefined ? first : items;
}

/** The number of values of a reading: of an array its elements, of a position its parts. */
export function countValues(values: Readonly<Record<string, FieldValue>>): number {
  let count = 0;
  for (const value of Object.values(values)) {
    if (value === null) continue;
    if (Array.isArray(value) && typeof value[0] === "number") count += value.length;
    else if (typeof value === "object" && "latitude" in value) {
      count += value.altitude === undefined ? 2 : 3;
    } else count++;
  }
  return count;
}
