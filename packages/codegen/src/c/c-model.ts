import { type FieldLayout, layoutOf, type Slot } from "@bollard/payload";
import {
  decimalOf,
  type Field,
  type Follow,
  layoutFingerprint,
  type SensorSchema,
  type Steps,
} from "@bollard/schema";
import { CodegenError } from "../error.js";
import { NameSpace, plainDecimal, scaleWord, toWord, unitWord } from "./c-names.js";

/** One number of a reading, or an array's numbers, as C stores it and as it travels. */
export interface CSlot {
  /** Name of the struct's member. */
  readonly member: string;
  /** `int16_t`. */
  readonly type: string;
  /** Bytes of one number as C stores it. */
  readonly bytes: 1 | 2 | 4;
  readonly isSigned: boolean;
  /** What C stores for step 0 and for the last step: counts of the resolution. */
  readonly low: number;
  readonly high: number;
  /** The highest step. */
  readonly last: number;
  readonly bits: number;
  /** 1, or the length of an array. */
  readonly count: number;
  /** Whether it has the values of its storage only, so that none is out of range. */
  readonly takesAll: boolean;
  readonly steps: Steps | undefined;
  /** How a batch guesses it; of an array's first element. */
  readonly model: Slot["model"];
  /** How the elements of an array follow one another; else as `model` has it. */
  readonly follow: Follow | undefined;
  readonly field: CField;
  /** `latitude` of a position; empty where the field is one number or an array. */
  readonly partName: string;
  /** 0 for the first slot of its field. */
  readonly part: number;
  /** Index of the first of its steps in a row. */
  readonly firstStep: number;
  /** What the member's comment says. */
  readonly comment: string;
}

/** One field of a reading. */
export interface CField {
  readonly field: Field;
  readonly slots: readonly CSlot[];
  /** `HAS_PM25`, for an optional field. */
  readonly has: string | undefined;
  /** The bit of the presence mask. */
  readonly bit: number;
  /** Bytes of its text or bytes at their longest; else 0. */
  readonly blobSize: number;
  /** Name of the member with its text or bytes. */
  readonly blob: string | undefined;
}

/** A schema, or a command of one, as C has it. */
export interface CModel {
  readonly schema: SensorSchema;
  /** `street_air`. */
  readonly name: string;
  /** `STREET_AIR`. */
  readonly macro: string;
  readonly fields: readonly CField[];
  readonly slots: readonly CSlot[];
  readonly maskBits: number;
  /** `uint8_t`, of the mask. */
  readonly maskType: string;
  readonly maxRowBits: number;
  readonly fingerprint: string;
  /** All steps of a row, elements of arrays included. */
  readonly stepCount: number;
}

function bytesFor(low: number, high: number): { bytes: 1 | 2 | 4; isSigned: boolean } {
  const isSigned = low < 0;
  for (const bytes of [1, 2, 4] as const) {
    const span = 2 ** (8 * bytes);
    if (isSigned ? low >= -span / 2 && high < span / 2 : high < span) return { bytes, isSigned };
  }
  throw new RangeError(`${low} to ${high} does not fit 32 bits`);
}

/** Where values are clamped the type has room beyond both ends, as far as 32 bits go. */
function storageOf(low: number, high: number, clamps: boolean) {
  if (clamps && low - 1 >= -(2 ** 31) && high + 1 < 2 ** 31) {
    // Signed even where the range is not: a sample below 0 is clamped to 0 and not to the top.
    const { bytes } = bytesFor(Math.min(low - 1, -1), high + 1);
    return { bytes, isSigned: true };
  }
  return bytesFor(low, high);
}

const kindsWithSteps = ["quantity", "counter", "duration", "array", "position"];

function unitOf(field: Field, part: string): string | undefined {
  switch (field.kind) {
    case "quantity":
    case "array":
    case "counter":
      return field.unit;
    case "duration":
      return "s";
    case "position":
      return part === "altitude" ? "m" : "deg";
    default:
      return undefined;
  }
}

function resolutionOf(steps: Steps): string {
  const decimal = decimalOf(steps.resolution / steps.scale);
  return decimal === undefined ? "" : plainDecimal(decimal.mantissa, decimal.exponent);
}

function slotNames(field: Field, slot: Slot): { name: string; comment: string } {
  const isArray = field.kind === "array";
  const base = toWord(isArray || slot.part === "" ? field.name : `${field.name}_${slot.part}`);
  const { steps } = slot;
  if (steps === undefined) return { name: base, comment: "" };
  const unit = unitOf(field, slot.part);
  const low = steps.min / steps.resolution;
  const range = `${low} to ${low + steps.last}`;
  if (field.kind === "counter") {
    const of = unit === undefined ? "" : `, in ${unit}`;
    const name = unit === undefined ? base : `${base}_${unitWord(unit)}`;
    return { name, comment: `${range}${of}; wraps` };
  }
  const scale = scaleWord(steps.resolution / steps.scale);
  const words = [base, scale, unit === undefined ? "" : unitWord(unit)].filter(Boolean);
  const step = resolutionOf(steps);
  const per = step === "1" ? unit : `${step} ${unit}`;
  return { name: words.join("_"), comment: `${range}, in ${per}${isArray ? ", each" : ""}` };
}

function commentOf(field: Field, comment: string): string {
  switch (field.kind) {
    case "boolean":
      return "";
    case "enum":
      return "one of its constants";
    case "flags":
      return "its constants, joined by |";
    case "text":
    case "bytes":
      return `0 to ${field.maxBytes}`;
    default:
      return comment;
  }
}

function slotsOf(
  given: FieldLayout,
  slots: readonly Slot[],
  field: CField,
  names: NameSpace,
): CSlot[] {
  const { kind } = given.field;
  const isArray = kind === "array";
  const shapes = slots.slice(given.slot, given.slot + (isArray ? 1 : given.slotCount));
  return shapes.map((slot, part) => {
    const { steps, last, bits } = slot;
    const { name, comment } = slotNames(given.field, slot);
    const low = steps === undefined ? 0 : steps.min / steps.resolution;
    const high = low + last;
    const clamps = given.field.outOfRange === "clamp" && kindsWithSteps.includes(kind);
    const storage = storageOf(low, high, clamps && kind !== "counter");
    const isBlob = kind === "text" || kind === "bytes";
    const integer = `${storage.isSigned ? "int" : "uint"}${storage.bytes * 8}_t`;
    return {
      ...storage,
      member: names.claim(isBlob ? `${name}_length` : name),
      type: kind === "boolean" ? "bool" : integer,
      low,
      high,
      last,
      bits,
      count: isArray ? given.slotCount : 1,
      takesAll: kind === "boolean" || last === 2 ** (8 * storage.bytes) - 1,
      steps,
      model: slot.model,
      follow: slots[given.slot + part + (isArray ? 1 : 0)]?.model?.follow,
      field,
      partName: isArray ? "" : slot.part,
      part,
      firstStep: given.slot + part,
      comment: commentOf(given.field, comment),
    };
  });
}

type Draft = { -readonly [Key in keyof CField]: CField[Key] };

/**
 * How C holds the readings of a schema.
 *
 * @param name - what all its names start with
 * @throws CodegenError `CODEGEN_TOO_MANY_OPTIONAL`
 */
export function modelOf(schema: SensorSchema, name: string): CModel {
  const layout = layoutOf(schema);
  if (layout.maskBits > 32) {
    const message = `it has ${layout.maskBits} optional fields; C takes at most 32`;
    throw new CodegenError("CODEGEN_TOO_MANY_OPTIONAL", schema.name, message);
  }
  const names = new NameSpace();
  const macros = new NameSpace();
  let bit = layout.maskBits;
  const fields = layout.fields.map((given): CField => {
    const { field, blobSize } = given;
    const draft: Draft = { field, slots: [], has: undefined, bit: 0, blobSize, blob: undefined };
    if (field.optional) {
      bit--;
      draft.bit = 2 ** bit;
      draft.has = macros.claim(`HAS_${toWord(field.name).toUpperCase()}`);
    }
    draft.slots = slotsOf(given, layout.slots, draft, names);
    if (blobSize > 0) draft.blob = names.claim(toWord(field.name));
    return draft;
  });
  const maskBytes = layout.maskBits <= 8 ? 8 : layout.maskBits <= 16 ? 16 : 32;
  return {
    schema,
    name,
    macro: name.toUpperCase(),
    fields,
    slots: fields.flatMap(({ slots }) => slots),
    maskBits: layout.maskBits,
    maskType: `uint${maskBytes}_t`,
    maxRowBits: layout.maxRowBits,
    fingerprint: layoutFingerprint(schema),
    stepCount: layout.slots.length,
  };
}
