import type { FieldValue } from "@bollard/payload";
import type { Field } from "@bollard/schema";
import { displayUnit } from "@bollard/senml";

/** A field's value as a person reads it: `12.3 µg/m³`, `day`, `lamp + driver`, `missing`. */
export function formatValue(field: Field, value: FieldValue | undefined): string {
  if (value === null || value === undefined) return "missing";
  if (value instanceof Uint8Array) return value.length === 0 ? "none" : hexOf(value);
  switch (field.kind) {
    case "quantity":
    case "counter":
    case "duration":
      return withUnit(String(value), unitOf(field));
    case "array":
      return withUnit((value as readonly number[]).join(" "), unitOf(field));
    case "flags":
      return (value as readonly string[]).join(" + ") || "none";
    case "text":
      return JSON.stringify(value);
    case "position": {
      const { latitude, longitude, altitude } = value as {
        latitude: number;
        longitude: number;
        altitude?: number;
      };
      return `${latitude}° ${longitude}°${altitude === undefined ? "" : ` ${altitude} m`}`;
    }
    default:
      return String(value);
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function unitOf(field: Field): string | undefined {
  if (field.kind === "duration") return "s";
  return "unit" in field ? field.unit : undefined;
}

/** A number with its unit as it is written. */
export function withUnit(number: string, unit: string | undefined): string {
  return unit === undefined || unit === "count" ? number : `${number} ${displayUnit(unit)}`;
}
