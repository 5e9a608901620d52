import { banner } from "./c-banner.js";
import { headerBytes, timeBits } from "./c-header-bytes.js";
import type { CField, CModel, CSlot } from "./c-model.js";
import { NameSpace, toWord } from "./c-names.js";
import { type CText, comment, indent, integer, plainWords, toText } from "./c-text.js";
import { batchDeclarations } from "./write-batch.js";
import { senmlDeclarations } from "./write-senml.js";

/** Bits of a time with its milliseconds. */
function wholeTimeBits({ schema }: CModel): number {
  return timeBits(schema.time.mode) + (schema.time.milliseconds ? 10 : 0);
}

function prefixBytes({ schema }: CModel, withSchemaId: boolean): number {
  return headerBytes(schema, { form: "single", hasKey: false, withSchemaId }).length;
}

/** Bytes of a single reading without a key, at the longest. */
function singleBytes(model: CModel, withSchemaId: boolean): number {
  const bits = wholeTimeBits(model) + model.maxRowBits;
  return prefixBytes(model, withSchemaId) + Math.ceil(bits / 8);
}

function isFixed({ maskBits, fields }: CModel): boolean {
  return maskBits === 0 && fields.every(({ blobSize }) => blobSize === 0);
}

function sizeComment(model: CModel, withSchemaId: boolean): string {
  const most = isFixed(model) ? "" : ", at most";
  const parts = [`${prefixBytes(model, withSchemaId)} bytes and ${wholeTimeBits(model)}`];
  if (model.maskBits > 0) parts.push(String(model.maskBits));
  for (const { field, slots, blobSize } of model.fields) {
    const [bits, count] = [slots.reduce((sum, slot) => sum + slot.bits, 0), slots[0]?.count ?? 1];
    const times = count > 1 ? `${count} * ${bits}` : String(bits);
    parts.push(blobSize > 0 && field.kind !== "array" ? `${times} + 8 * ${blobSize}` : times);
  }
  return `Bytes of one encoded reading${most}: ${parts.join(" + ")} bits, rounded up to whole bytes.`;
}

function rangeMacros(model: CModel, slot: CSlot): CText {
  const kind = slot.field.field.kind;
  if (slot.steps === undefined || kind === "counter") return undefined;
  const name = `${model.macro}_${slot.member.toUpperCase()}`;
  return [`#define ${name}_MIN ${integer(slot.low)}`, `#define ${name}_MAX ${integer(slot.high)}`];
}

function constants(model: CModel, { field, slots }: CField, macros: NameSpace): CText {
  const base = `${model.macro}_${toWord(field.name).toUpperCase()}`;
  const claim = (name: string) => macros.claim(`${base}_${toWord(name).toUpperCase()}`);
  if (field.kind === "enum") {
    return [
      ...comment(`Values of ${slots[0]?.member}.`),
      "enum {",
      ...indent(field.values.map((value, index) => `${claim(value)} = ${index},`)),
      "};",
      "",
    ];
  }
  if (field.kind === "flags") {
    return [
      ...comment(`Bits of ${slots[0]?.member}.`),
      field.flags.map((flag, bit) => {
        const value = (2 ** bit).toString(16).padStart(2, "0");
        return `#define ${claim(flag)} 0x${value}${bit > 15 ? "UL" : "U"}`;
      }),
      "",
    ];
  }
  return undefined;
}

function memberLines({ field, slots, blob, blobSize, has }: CField): CText {
  const title = field.title === undefined ? undefined : plainWords(field.title);
  return [
    slots.map((slot) => {
      const size = slot.count > 1 ? `[${slot.count}]` : "";
      const words = [
        slot.part === 0 ? title : undefined,
        slot.comment || undefined,
        has !== undefined && slot.part === 0 ? "may be missing" : undefined,
      ];
      const about = words.filter((word) => word !== undefined).join("; ");
      return `${slot.type} ${slot.member}${size};${about === "" ? "" : ` /**< ${about} */`}`;
    }),
    blob !== undefined &&
      `${field.kind === "text" ? "char" : "uint8_t"} ${blob}[${blobSize}];${
        field.kind === "text" ? " /**< UTF-8, not terminated */" : ""
      }`,
  ];
}

/** The struct of a reading or of a command's values, with the constants of its fields. */
export function structOf(model: CModel, type: string, about: string): CText {
  const { mode, milliseconds } = model.schema.time;
  const since = mode === "uptime" ? "the node's boot" : "1970-01-01T00:00:00Z";
  const hasMask = model.maskBits > 0;
  const all = model.fields.filter(({ has }) => has !== undefined);
  const macros = new NameSpace();
  for (const { has } of all) macros.claim(`${model.macro}_${has}`);
  return [
    hasMask && [
      ...comment("What is there of what may be missing: bits of `present`."),
      all.map(({ has, bit }) => `#define ${model.macro}_${has} 0x${hex(bit)}`),
      `#define ${model.macro}_HAS_ALL 0x${hex(all.reduce((sum, { bit }) => sum + bit, 0))}`,
      "",
    ],
    model.fields.map((field) => constants(model, field, macros)),
    model.slots.some((slot) => rangeMacros(model, slot) !== undefined) && [
      ...comment("The ends of the ranges, as the members count."),
      model.slots.map((slot) => rangeMacros(model, slot)),
      "",
    ],
    ...comment(about),
    "typedef struct {",
    ...indent(
      mode !== "none" && `uint32_t time_s; /**< seconds since ${since} */`,
      model.fields.map(memberLines),
      milliseconds && "uint16_t time_ms; /**< 0 to 999 */",
      hasMask &&
        `${model.maskType} present; /**< ${model.macro}_HAS_* of the values that are there */`,
    ),
    `} ${type};`,
    "",
  ];
}

function hex(value: number): string {
  return `${value.toString(16).padStart(2, "0")}${value > 0xffff ? "UL" : "U"}`;
}

/** Opens and closes what a C++ compiler has to know of a C header. */
export function guarded(name: string, ...text: readonly CText[]): CText {
  const guard = `${name.toUpperCase()}_H`;
  return [
    `#ifndef ${guard}`,
    `#define ${guard}`,
    "",
    text,
    "#ifdef __cplusplus",
    "}",
    "#endif",
    "",
    "#endif",
  ];
}

export const openCpp = ["#ifdef __cplusplus", 'extern "C" {', "#endif", ""];

/** What of a schema's encoders is wanted. */
export interface EncoderOptions {
  readonly withSchemaId: boolean;
  readonly batch: boolean;
  readonly senml: boolean;
}

/** `street_air.h`: the readings and how they are encoded. */
export function writeHeader(model: CModel, options: EncoderOptions): string {
  const { name, macro, schema, fingerprint } = model;
  const size = singleBytes(model, options.withSchemaId);
  const title = schema.description ?? schema.title;
  const about = title === undefined ? "" : ` ${plainWords(title)}`;
  return toText(
    banner(model, "Encoder"),
    guarded(
      name,
      '#include "bollard_bits.h"',
      options.batch && '#include "bollard_batch.h"',
      "",
      openCpp,
      ...comment("The schema's number and the identity of its layout."),
      `#define ${macro}_SCHEMA_ID ${schema.id}U`,
      `#define ${macro}_LAYOUT "${fingerprint}"`,
      "",
      ...comment(sizeComment(model, options.withSchemaId)),
      `#define ${macro}_READING_SIZE ${size}U`,
      "",
      ...comment("The same with a key."),
      `#define ${macro}_READING_KEYED_SIZE ${size + 6}U`,
      "",
      structOf(
        model,
        `${name}_reading_t`,
        `One reading of the "${schema.name}" schema, version ${schema.version}.${about}`,
      ),
      singleDeclarations(model),
      options.batch && batchDeclarations(model, options.withSchemaId),
      options.senml && senmlDeclarations(model),
    ),
  );
}

function singleDeclarations(model: CModel): CText {
  const { name, macro } = model;
  return [
    "/**",
    " * Encodes @p reading into @p out.",
    " *",
    rules(model).map((line) => ` * ${line}`),
    rules(model).length > 0 && " *",
    ` * @param capacity ${macro}_READING_SIZE bytes always suffice`,
    " * @return the bytes written, or 0 when they do not fit or a value is refused; what stands in",
    " * @p out then is of no use",
    " */",
    `size_t ${name}_reading_encode(const ${name}_reading_t *reading, uint8_t *out, size_t capacity);`,
    "",
    ...comment(`The same with a key, for which ${macro}_READING_KEYED_SIZE bytes always suffice.`),
    `size_t ${name}_reading_encode_keyed(const ${name}_reading_t *reading, const bollard_key_t *key,`,
    `${" ".repeat(name.length + 29)}uint8_t *out, size_t capacity);`,
    "",
  ];
}

const ruleWords = {
  refuse: "refused out of range",
  clamp: "clamped to their range",
  missing: "sent as missing where out of range",
} as const;

/** What happens to values out of range, a line for each rule that some field has. */
function rules(model: CModel): string[] {
  return (["refuse", "clamp", "missing"] as const).flatMap((rule) => {
    const names = model.fields
      .filter(
        ({ field, slots }) => field.outOfRange === rule && slots.some((slot) => !slot.takesAll),
      )
      .filter(({ field }) => field.kind !== "counter")
      .map(({ field }) => field.name);
    if (names.length === 0) return [];
    return comment(`Values ${ruleWords[rule]}: ${names.join(", ")}.`)
      .filter((line) => line !== "/**" && line !== " */")
      .map((line) => line.replace(/^\/\*\* | \*\/$|^ \* /g, ""));
  });
}
