import { followOf } from "./follow-of.js";
import type { Steps } from "./read-range.js";
import type { Command, Field, SensorSchema } from "./sensor-schema.js";
import { sha256 } from "./sha256.js";
import { positionStepsOf, type SteppedField, stepsOf } from "./steps.js";

type Canonical = string | number | boolean | null | readonly Canonical[];

function canonicalSteps(steps: Steps): Canonical {
  // In sixteenths of a step, as the batch encoder's running mean counts.
  const typical = steps.typicalStep === undefined ? null : Math.round(steps.typicalStep * 16);
  return [steps.min, steps.resolution, steps.decimals, steps.last, typical];
}

function canonicalNumber(field: SteppedField, unit: string | undefined): Canonical {
  return [unit ?? null, canonicalSteps(stepsOf(field))];
}

/** Empty where nothing is told beforehand but the typical step. */
function canonicalProfile(fields: readonly Field[], index: number): readonly Canonical[] {
  const field = fields[index];
  const trend = field !== undefined && "trend" in field ? (field.trend ?? "stays") : "stays";
  const follow = followOf(fields, index);
  if (trend === "stays" && follow === undefined) return [];
  return [[trend, follow === undefined ? null : [follow.negative, follow.shift]]];
}

function canonicalKind(field: Field): Canonical {
  switch (field.kind) {
    case "quantity":
    case "counter":
      return canonicalNumber(field, field.unit);
    case "duration":
      return canonicalNumber(field, "s");
    case "array":
      return [field.length, canonicalNumber(field, field.unit)];
    case "boolean":
      return null;
    case "enum":
      return field.values;
    case "flags":
      return field.flags;
    case "position": {
      const { latitude, altitude } = positionStepsOf(field);
      const height = altitude === undefined ? null : canonicalSteps(altitude);
      return [canonicalSteps(latitude), height];
    }
    case "text":
    case "bytes":
      return field.maxBytes;
  }
}

function canonicalFields(fields: readonly Field[]): Canonical {
  return fields.map((field, index) => [
    field.name,
    field.kind,
    field.optional,
    canonicalKind(field),
    ...canonicalProfile(fields, index),
  ]);
}

/**
 * The text whose SHA-256 is the layout fingerprint: JSON without spaces, of arrays only.
 *
 * It holds what changes the bytes of a reading or the values read from them, and nothing else:
 * `["bollard layout 1",["absolute",false],[["pm25","quantity",false,["ug/m3",[0,1,1,9999,null]]]]]`.
 */
export function canonicalLayout(schema: SensorSchema): string {
  const { mode, milliseconds } = schema.time;
  const interval = mode === "none" ? undefined : schema.reportInterval;
  const time = [mode, milliseconds, ...(interval === undefined ? [] : [interval])];
  return JSON.stringify(["bollard layout 1", time, canonicalFields(schema.fields)]);
}

function fingerprint(text: string): string {
  // Every name in a schema is ASCII, so a character is a byte.
  const [first = 0, second = 0] = sha256(text);
  return first.toString(16).padStart(8, "0") + second.toString(16).padStart(8, "0");
}

/**
 * The identity of a schema's layout: the first 64 bits of SHA-256 over its canonical form.
 *
 * Two schemas with one fingerprint read each other's payloads as the same fields, in the same
 * units. Titles, descriptions, models, version and commands are no part of it.
 *
 * @returns 16 hexadecimal digits
 */
export function layoutFingerprint(schema: SensorSchema): string {
  return fingerprint(canonicalLayout(schema));
}

/** The text that a command's fingerprint is made from, as `canonicalLayout` is for a schema. */
export function canonicalCommand(command: Command): string {
  return JSON.stringify(["bollard command 1", canonicalFields(command.fields)]);
}

/**
 * The identity of a command's layout, made like that of a schema.
 *
 * @returns 16 hexadecimal digits
 */
export function commandFingerprint(command: Command): string {
  return fingerprint(canonicalCommand(command));
}
