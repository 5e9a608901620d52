import type { SensorSchema } from "@bollard/schema";
import { banner } from "./c-banner.js";
import { headerBytes } from "./c-header-bytes.js";
import type { CModel, CSlot } from "./c-model.js";
import { type CText, comment, indent, toText, unsigned } from "./c-text.js";
import { putLongBytes } from "./write-single.js";

const trends = { returns: -1, stays: 0, continues: 1 } as const;

/** What of the batch code a schema needs. */
interface BatchFeatures {
  readonly hasNumbers: boolean;
  readonly hasWholes: boolean;
  readonly hasCounters: boolean;
  readonly hasTrends: boolean;
  readonly hasFollows: boolean;
  readonly hasArrays: boolean;
  /** Bytes of all texts and bytes. */
  readonly blobSize: number;
  /** All numbers of a row, elements of arrays included. */
  readonly steps: number;
  readonly numberSlots: number;
}

function featuresOf({ slots, fields }: CModel): BatchFeatures {
  const numbers = slots.filter(({ model }) => model !== undefined);
  return {
    hasNumbers: numbers.length > 0,
    hasWholes: numbers.length < slots.length,
    hasCounters: numbers.some(({ model }) => model?.increment !== undefined),
    hasTrends: numbers.some(({ model }) => trends[model?.trend ?? "stays"] !== 0),
    hasFollows: numbers.some(({ follow }) => follow !== undefined),
    hasArrays: slots.some(({ count }) => count > 1),
    blobSize: fields.reduce((sum, { blobSize }) => sum + blobSize, 0),
    steps: slots.reduce((sum, { count }) => sum + count, 0),
    numberSlots: numbers.length,
  };
}

/** 0 for what follows nothing, else its shift and one more, with the sign. */
export function followNumber({ follow }: CSlot): number {
  if (follow === undefined) return 0;
  return follow.negative ? -(follow.shift + 1) : follow.shift + 1;
}

/** -1, 0 or 1. */
export function trendNumber({ model }: CSlot): number {
  return trends[model?.trend ?? "stays"];
}

/** What a batch knows of a slot beforehand: the last columns of its line. */
export function batchColumns(slot: CSlot): readonly (string | number)[] {
  const { model } = slot;
  return [
    unsigned(model?.mean ?? 0),
    model?.increment === undefined ? "0U" : "1U",
    unsigned(model?.increment ?? 0),
    trendNumber(slot),
    followNumber(slot),
  ];
}

/** A batch's ticks from row to row, modulo 2^32; undefined where the schema does not tell. */
export function intervalTicks({ reportInterval, time }: SensorSchema): number | undefined {
  if (reportInterval === undefined) return undefined;
  return Math.round(reportInterval * (time.milliseconds ? 1000 : 1)) >>> 0;
}

/** What the header says of batches. */
export function batchDeclarations(model: CModel, withSchemaId: boolean): CText {
  const { name, macro, schema, maskType, maskBits } = model;
  const features = featuresOf(model);
  const wide = model.slots.some(({ bytes }) => bytes === 4) ? "uint32_t" : "uint16_t";
  const { mode, milliseconds } = schema.time;
  const header = headerBytes(schema, { form: "batch", hasKey: false, withSchemaId }).length;
  return [
    ...comment("Bytes of a batch of one reading, at most; a key takes 6 more."),
    `#define ${macro}_BATCH_SIZE (${macro}_READING_SIZE + 1U)`,
    "",
    ...comment("What a batch keeps of each number."),
    "typedef struct {",
    ...indent(
      `${wide} before;`,
      (features.hasCounters || features.hasTrends) && `${wide} guess;`,
      features.hasNumbers && !features.hasArrays && "uint16_t mean;",
    ),
    `} ${name}_kept_t;`,
    "",
    ...comment(
      `A batch that is being filled: ${header + 1} bytes, then row by row. Its members are its own.`,
    ),
    "typedef struct {",
    ...indent(
      "bollard_rows_t rows;",
      mode !== "none" && [
        "bool is_off;",
        "uint16_t clock_mean;",
        "uint32_t interval;",
        "uint32_t expected;",
        milliseconds && "uint32_t time_s;",
      ],
      maskBits > 0 && `${maskType} present;`,
      `${name}_kept_t kept[${features.steps}];`,
      features.hasArrays && features.hasNumbers && `uint16_t mean[${features.numberSlots}];`,
      features.blobSize > 0 && `uint8_t blobs[${features.blobSize}];`,
    ),
    `} ${name}_batch_t;`,
    "",
    "/**",
    " * Starts a batch in @p out, which is as long as the message may be: 51 bytes for LoRaWAN at its",
    " * slowest, or what the link says. It stays the batch's until that is sent.",
    " */",
    `void ${name}_batch_start(${name}_batch_t *batch, uint8_t *out, size_t capacity);`,
    "",
    ...comment("The same with a key, which names the message for ever."),
    `void ${name}_batch_start_keyed(${name}_batch_t *batch, const bollard_key_t *key, uint8_t *out,`,
    `${" ".repeat(name.length + 24)}size_t capacity);`,
    "",
    "/**",
    " * Appends @p reading, or leaves the message as it was.",
    " *",
    " * @return BOLLARD_APPENDED; BOLLARD_FULL where it does not fit: finish and send this batch, which",
    " * takes nothing more, start the next and append it there; BOLLARD_REFUSED where a value is out of",
    " * its range",
    " */",
    `bollard_append_t ${name}_batch_append(${name}_batch_t *batch, const ${name}_reading_t *reading);`,
    "",
    "/**",
    " * Makes a message of what was appended. Nothing more goes in until the batch is started anew.",
    " *",
    " * @return its bytes, or 0 without a reading",
    " */",
    `size_t ${name}_batch_finish(${name}_batch_t *batch);`,
    "",
  ];
}

/** `street_air_batch.c`: the encoder of batches. */
export function writeBatch(model: CModel, withSchemaId: boolean): string {
  const { name, schema } = model;
  const features = featuresOf(model);
  const interval = intervalTicks(schema);
  const header = (hasKey: boolean) => headerBytes(schema, { form: "batch", hasKey, withSchemaId });
  const flag = (is: boolean) => (is ? 1 : 0);
  return toText(
    banner(model, "Encoder of batches"),
    `#include "${name}_slots.h"`,
    '#include "bollard_batch.h"',
    "",
    `#define BATCH ${name}_batch_t`,
    `#define KEPT ${name}_kept_t`,
    `#define HAS_NUMBERS ${flag(features.hasNumbers)}`,
    `#define HAS_WHOLES ${flag(features.hasWholes)}`,
    `#define HAS_COUNTERS ${flag(features.hasCounters)}`,
    `#define HAS_TRENDS ${flag(features.hasTrends)}`,
    `#define HAS_FOLLOWS ${flag(features.hasFollows)}`,
    `#define BLOB_SIZE ${features.blobSize}`,
    `#define HAS_INTERVAL ${flag(interval !== undefined)}`,
    `#define INTERVAL ${unsigned(interval ?? 0)}`,
    '#include "bollard_slot_code.h"',
    '#include "bollard_row_code.h"',
    '#include "bollard_batch_code.h"',
    "",
    `void ${name}_batch_start(${name}_batch_t *batch, uint8_t *out, size_t capacity)`,
    "{",
    ...indent(
      `start(batch, out, capacity, ${header(false).length}U);`,
      // The last byte is for the row count.
      putLongBytes("&batch->rows.bits", [...header(false), 0]),
    ),
    "}",
    "",
    `void ${name}_batch_start_keyed(${name}_batch_t *batch, const bollard_key_t *key, uint8_t *out,`,
    `${" ".repeat(name.length + 24)}size_t capacity)`,
    "{",
    ...indent(
      `start(batch, out, capacity, ${header(true).length + 6}U);`,
      putLongBytes("&batch->rows.bits", header(true)),
      "bollard_put_key(&batch->rows.bits, key);",
      "bollard_put(&batch->rows.bits, 0U, 8U);",
    ),
    "}",
    "",
    `bollard_append_t ${name}_batch_append(${name}_batch_t *batch, const ${name}_reading_t *reading)`,
    "{",
    "\treturn append(batch, reading);",
    "}",
    "",
    `size_t ${name}_batch_finish(${name}_batch_t *batch)`,
    "{",
    "\treturn finish(batch);",
    "}",
  );
}
