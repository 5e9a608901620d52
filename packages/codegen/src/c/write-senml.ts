import { lookUpUnit } from "@bollard/senml";
import { banner } from "./c-banner.js";
import type { CModel, CSlot } from "./c-model.js";
import { type CText, comment, indent, toText, unsigned } from "./c-text.js";

/** Their numbers in `bollard_senml_code.h`. */
const kinds = {
  unsigned: 0x01,
  signed: 0x02,
  boolean: 0x04,
  enum: 0x08,
  flags: 0x10,
  text: 0x20,
  bytes: 0x40,
  array: 0x80,
} as const;

/** RFC 8428, section 6: labels as CBOR integers. */
const label = { name: 0x00, unit: 0x01, value: 0x02, string: 0x03, boolean: 0x04, data: 0x08 };

/** Bytes and what they are, a line of the table. */
interface Part {
  readonly bytes: readonly number[];
  readonly about: string;
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

function head(major: number, argument: number): number[] {
  if (argument < 24) return [major | argument];
  return argument < 256 ? [major | 24, argument] : [major | 25, argument >> 8, argument & 0xff];
}

function textItem(text: string): number[] {
  return [...head(0x60, text.length), ...ascii(text)];
}

function unitOf({ field, partName }: CSlot): string | undefined {
  const { field: given } = field;
  switch (given.kind) {
    case "quantity":
    case "array":
      return given.unit;
    case "counter":
      return given.unit ?? "count";
    case "duration":
      return "s";
    case "position":
      return { latitude: "lat", longitude: "lon", altitude: "m" }[partName] ?? "";
    default:
      return undefined;
  }
}

/** @param stepBits - of the numbers in storage: those whose highest bit is free are as signed ones */
function kindOf({ field, low, last }: CSlot, stepBits: number): number {
  const { kind } = field.field;
  switch (kind) {
    case "boolean":
    case "enum":
    case "flags":
    case "text":
    case "bytes":
      return kinds[kind];
    default: {
      const isFree = low < 0 || low + last < 2 ** (stepBits - 1);
      const sign = isFree ? kinds.signed : kinds.unsigned;
      return kind === "array" ? sign | kinds.array : sign;
    }
  }
}

/** What stands between a record's name and its value. */
function middleOf(slot: CSlot): number[] {
  switch (slot.field.field.kind) {
    case "boolean":
    case "flags":
      return [label.boolean];
    case "enum":
    case "text":
      return [label.string];
    case "bytes":
      return [label.data];
    default: {
      const unit = [label.unit, ...textItem(unitOf(slot) ?? "")];
      const decimals = slot.steps?.decimals ?? 0;
      // A decimal fraction, tag 4: the exponent, then the mantissa.
      const fraction = decimals === 0 ? [] : [0xc4, 0x82, 0x20 | (decimals - 1)];
      return [...unit, label.value, ...fraction];
    }
  }
}

function counted(bytes: readonly number[], about: string): Part {
  return { bytes: [bytes.length, ...bytes], about };
}

function partsOf(slot: CSlot): readonly Part[] {
  const { field, partName } = slot;
  const { field: given } = field;
  const base = given.lwm2m ?? given.name;
  const name = given.kind === "position" ? `${base}/${partName}` : base;
  const middle = middleOf(slot);
  const pairs = middle[0] === label.unit ? 3 : 2;
  const map = 0xa0 | pairs;
  const record = (called: string) =>
    counted([map, label.name, ...textItem(called), ...middle], called);
  switch (given.kind) {
    case "array":
      return [counted([map, label.name], ""), counted(ascii(name), name), counted(middle, "")];
    case "flags":
      return [...given.flags.map((flag) => record(`${name}/${flag}`))];
    case "enum":
      return [record(name), ...given.values.map((value) => counted(ascii(value), value))];
    default:
      return [record(name)];
  }
}

function recordsOf({ field, count }: CSlot): number {
  return field.field.kind === "flags" ? field.field.flags.length : count;
}

/** Bytes of a slot's records at the longest. */
function mostBytes(slot: CSlot): number {
  const parts = partsOf(slot);
  const { field, count } = slot;
  const written = (part: Part | undefined) => (part?.bytes.length ?? 1) - 1;
  switch (field.field.kind) {
    case "flags":
      return parts.reduce((sum, part) => sum + written(part) + 1, 0);
    case "boolean":
      return written(parts[0]) + 1;
    case "enum":
      return written(parts[0]) + Math.max(...parts.slice(1).map(written)) + 2;
    case "text":
    case "bytes":
      return written(parts[0]) + 2 + field.blobSize;
    case "array":
      // The name's head, a slash and two digits come with each.
      return count * (parts.reduce((sum, part) => sum + written(part), 0) + 5 + 5);
    default:
      return written(parts[0]) + 5;
  }
}

/** Whether the records carry the reading's own time: only a time since 1970 is one of SenML's. */
function hasSenmlTime({ schema }: CModel): boolean {
  return schema.time.mode === "absolute" || schema.time.mode === "16";
}

/**
 * What the first record holds for all, up to the time itself, and how many pairs that is: version 26
 * where a unit is one of RFC 8798, as RFC 9100 has it, and the time as seconds or, with
 * milliseconds, as a decimal fraction of them.
 */
function baseOf(model: CModel): { readonly bytes: readonly number[]; readonly pairs: number } {
  const bytes: number[] = [];
  let pairs = 0;
  if (model.slots.some(isSecondary)) {
    bytes.push(0x20, 0x18, 26);
    pairs++;
  }
  if (hasSenmlTime(model)) {
    bytes.push(0x22, ...(model.schema.time.milliseconds ? [0xc4, 0x82, 0x22, 0x1b] : [0x1a]));
    pairs++;
  }
  return { bytes, pairs };
}

function isSecondary(slot: CSlot): boolean {
  const unit = unitOf(slot);
  return unit !== undefined && lookUpUnit(unit)?.primary !== unit;
}

/** Bytes of a pack without a base name, at the longest. */
function packBytes(model: CModel): number {
  const records = model.slots.reduce((sum, slot) => sum + recordsOf(slot), 0);
  const prefix = records < 24 ? 1 : records < 256 ? 2 : 3;
  const time = hasSenmlTime(model) ? (model.schema.time.milliseconds ? 8 : 4) : 0;
  const base = baseOf(model).bytes.length;
  return model.slots.reduce((sum, slot) => sum + mostBytes(slot), prefix + base + time);
}

function signature({ name }: CModel): string[] {
  const start = `size_t ${name}_senml_encode(`;
  return [
    `${start}const ${name}_reading_t *reading, const char *base_name,`,
    `${" ".repeat(start.length)}uint8_t *out, size_t capacity)`,
  ];
}

/** What the header says of SenML. */
export function senmlDeclarations(model: CModel): CText {
  const { macro } = model;
  const [first, last] = signature(model);
  return [
    ...comment("Bytes of one reading as SenML without a base name, at most."),
    `#define ${macro}_SENML_SIZE ${packBytes(model)}U`,
    "",
    "/**",
    " * Encodes @p reading as SenML in CBOR, with names, units and exact decimals.",
    " *",
    ' * @param base_name comes before each name, such as "urn:dev:mac:0024befffe804ff1/"; or NULL',
    ` * @param capacity ${macro}_SENML_SIZE bytes, and 4 more than a base name, always suffice`,
    " * @return the bytes written, or 0 when they do not fit or a value is refused",
    " * @see RFC 8428, section 6",
    " */",
    first,
    `${last};`,
    "",
  ];
}

function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => `0x${byte.toString(16).padStart(2, "0")},`).join(" ");
}

/** `street_air_senml.c`: the encoder of SenML. */
export function writeSenml(model: CModel): string {
  const { name, slots } = model;
  const base = baseOf(model);
  const stepBits = slots.some(({ bytes }) => bytes === 4) ? 32 : 16;
  const kindsOf = slots.map((slot) => kindOf(slot, stepBits));
  const used = kindsOf.reduce((left, right) => left | right, 0);
  const hasKind = kindsOf.some((kind) => kind !== used);
  const parts = slots.flatMap((slot, index) => [
    ...(hasKind ? [{ bytes: [kindsOf[index] ?? 0], about: "" }] : []),
    ...partsOf(slot),
  ]);
  const factors = slots.map(({ steps }) => steps?.resolution ?? 1);
  const hasFactors = factors.some((factor) => factor !== 1);
  return toText(
    banner(model, "SenML encoder"),
    `#include "${name}_slots.h"`,
    '#include "bollard_senml.h"',
    "",
    `#define SENML_KINDS 0x${used.toString(16).padStart(2, "0")}U`,
    `#define SENML_HAS_KIND ${hasKind ? 1 : 0}`,
    `#define SENML_MOST ${slots.reduce((sum, slot) => sum + recordsOf(slot), 0)}`,
    `#define SENML_BASE ${base.pairs}U`,
    `#define SENML_START ${base.bytes.length + 1}`,
    `#define SENML_TIME ${hasSenmlTime(model) ? 1 : 0}`,
    `#define HAS_FACTORS ${hasFactors ? 1 : 0}`,
    '#include "bollard_slot_code.h"',
    "",
    "static const uint8_t senml[] BOLLARD_FLASH = {",
    ...indent(
      [counted(base.bytes, ""), ...parts].map(
        ({ bytes, about }) => `${hex(bytes)}${about === "" ? "" : ` /* ${about} */`}`,
      ),
    ),
    "};",
    "",
    hasFactors && [
      `static const uint32_t factors[] BOLLARD_FLASH = {${factors.map(unsigned).join(", ")}};`,
      "",
    ],
    '#include "bollard_senml_code.h"',
    "",
    signature(model),
    "{",
    "\treturn put_pack(reading, base_name, out, capacity);",
    "}",
  );
}
