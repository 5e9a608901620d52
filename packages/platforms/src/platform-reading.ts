import type { AnyValue, PositionValue } from "@bollard/schema";

/** One reading, decoded and after the rules, as platforms are told of it. */
export interface PlatformReading {
  /** The same however often it is delivered, such as `3-70`. */
  readonly key: string;
  /** When it was observed, seconds since the Unix epoch. */
  readonly timeS: number;
  /** By field name; `null` or nothing for what was not measured. */
  readonly values: Readonly<Record<string, AnyValue>>;
}

/** A value that JSON can hold: bytes become base64, all else stays as it is. */
export type PlainValue = Exclude<AnyValue, Uint8Array | null>;

/** The values that were measured, as JSON holds them. */
export function plainValues({
  values,
}: Pick<PlatformReading, "values">): Record<string, PlainValue> {
  const plain: Record<string, PlainValue> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined) continue;
    plain[name] = value instanceof Uint8Array ? toBase64(value) : value;
  }
  return plain;
}

/** True for the value of a position field. */
export function isPosition(value: AnyValue | undefined): value is PositionValue {
  return typeof value === "object" && value !== null && "latitude" in value;
}

/** ISO 8601 in UTC to the millisecond. */
export function isoTime(timeS: number): string {
  return new Date(Math.round(timeS * 1000)).toISOString();
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
