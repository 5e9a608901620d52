import type { FieldValue, Reading } from "@bollard/payload";
import { stepOfValue, valueOfStep } from "@bollard/schema";
import type { CField, CModel, CSlot } from "../c/c-model.js";

/** A reading as the words that the host driver reads and writes: the members of its C struct. */
export function formatCReading(model: CModel, reading: Reading): string {
  const { mode, milliseconds } = model.schema.time;
  const words: (string | number)[] = [];
  const whole = Math.round((reading.time ?? 0) * 1000);
  if (mode !== "none") words.push(Math.floor(whole / 1000));
  if (milliseconds) words.push(whole % 1000);
  const isThere = (field: CField) => (reading.values[field.field.name] ?? null) !== null;
  if (model.maskBits > 0) {
    const optional = model.fields.filter((field) => field.has !== undefined && isThere(field));
    words.push(optional.reduce((mask, field) => mask + field.bit, 0));
  }
  for (const field of model.fields) {
    words.push(...fieldWords(field, reading.values[field.field.name] ?? null));
  }
  return words.join(" ");
}

function stored(slot: CSlot | undefined, value: unknown): number {
  if (slot?.steps === undefined) return 0;
  return slot.low + stepOfValue(slot.steps, Number(value));
}

function fieldWords({ field, slots }: CField, value: FieldValue): (string | number)[] {
  const [first] = slots;
  switch (field.kind) {
    case "quantity":
    case "counter":
    case "duration":
      return [value === null ? 0 : stored(first, value)];
    case "array": {
      const elements = value === null ? new Array(field.length).fill(undefined) : value;
      return (elements as unknown[]).map((element) =>
        element === undefined ? 0 : stored(first, element),
      );
    }
    case "position": {
      const position = value as Readonly<Record<string, number>> | null;
      return slots.map((slot) => (position === null ? 0 : stored(slot, position[slot.partName])));
    }
    case "boolean":
      return [value === true ? 1 : 0];
    case "enum":
      return [Math.max(0, field.values.indexOf(String(value)))];
    case "flags": {
      const set = (value ?? []) as readonly string[];
      return [set.reduce((bits, name) => bits + 2 ** field.flags.indexOf(name), 0)];
    }
    case "text":
      return blobWords(Buffer.from(String(value ?? ""), "utf8"));
    case "bytes":
      return blobWords((value ?? new Uint8Array(0)) as Uint8Array);
  }
}

function blobWords(bytes: Uint8Array): (string | number)[] {
  return [bytes.length, bytes.length === 0 ? "-" : Buffer.from(bytes).toString("hex")];
}

/** The reading that the host driver printed. */
export function parseCReading(model: CModel, text: string): Reading {
  const words = text.split(" ");
  let next = 0;
  const number = () => Number(words[next++]);
  const { mode, milliseconds } = model.schema.time;
  const seconds = mode === "none" ? undefined : number();
  const part = milliseconds ? number() : 0;
  const mask = model.maskBits > 0 ? number() : 0;
  const values: Record<string, FieldValue> = {};
  for (const field of model.fields) {
    const value = parseField(field, number, () => words[next++] ?? "");
    const isThere = field.has === undefined || Math.floor(mask / field.bit) % 2 === 1;
    values[field.field.name] = isThere ? value : null;
  }
  if (seconds === undefined) return { values };
  return { time: (seconds * 1000 + part) / 1000, values };
}

function parseField(
  { field, slots }: CField,
  number: () => number,
  word: () => string,
): FieldValue {
  const value = (slot: CSlot | undefined) =>
    slot?.steps === undefined ? 0 : valueOfStep(slot.steps, number() - slot.low);
  const [first] = slots;
  switch (field.kind) {
    case "quantity":
    case "counter":
    case "duration":
      return value(first);
    case "array":
      return Array.from({ length: field.length }, () => value(first));
    case "position": {
      const [latitude, longitude, altitude] = slots.map(value);
      const ground = { latitude: latitude ?? 0, longitude: longitude ?? 0 };
      return altitude === undefined ? ground : { ...ground, altitude };
    }
    case "boolean":
      return number() === 1;
    case "enum":
      return field.values[number()] ?? null;
    case "flags": {
      const set = number();
      return field.flags.filter((_, bit) => Math.floor(set / 2 ** bit) % 2 === 1);
    }
    case "text":
    case "bytes": {
      number();
      const digits = word();
      const bytes = Buffer.from(digits === "-" ? "" : digits, "hex");
      return field.kind === "text" ? bytes.toString("utf8") : new Uint8Array(bytes);
    }
  }
}
