import type { GeneratedFile } from "../generated-file.js";
import { banner } from "./c-banner.js";
import type { CModel } from "./c-model.js";
import { type CText, comment, indent, toText, unsigned } from "./c-text.js";
import { followNumber, intervalTicks, trendNumber } from "./write-batch.js";
import { guarded, openCpp } from "./write-header.js";
import { readSlots } from "./write-read-slots.js";

/** `street_air_decode.h` and `.c`: reads payloads back, for tests on a host. */
export function writeDecoder(model: CModel): GeneratedFile[] {
  const file = `${model.name}_decode`;
  return [
    { path: `${file}.h`, text: writeDecoderHeader(model) },
    { path: `${file}.c`, text: writeDecoderSource(model) },
  ];
}

function writeDecoderHeader(model: CModel): string {
  const { name, slots } = model;
  const steps = slots.reduce((sum, { count }) => sum + count, 0);
  return toText(
    banner(model, "Decoder"),
    guarded(
      `${name}_decode`,
      '#include "bollard_read_batch.h"',
      `#include "${name}.h"`,
      "",
      openCpp,
      ...comment(
        "A payload that is being read: `base.header` tells what came before its readings.",
      ),
      "typedef struct {",
      ...indent(
        "bollard_decoder_t base;",
        `${name}_reading_t row;`,
        `uint32_t before[${steps}];`,
        `uint32_t guess[${steps}];`,
        `uint16_t mean[${slots.length}];`,
      ),
      `} ${name}_decoder_t;`,
      "",
      "/**",
      " * Starts with a payload, single or batch.",
      " *",
      " * @param arrival_s seconds since 1970 at which it came in; completes a 16-bit time",
      " */",
      startSignature(name),
      "",
      "/**",
      " * Reads the next reading.",
      " *",
      " * @return BOLLARD_OK; BOLLARD_END after the last one, and only then is the whole payload right;",
      " * or what is wrong, at `base.reader.offset`",
      " */",
      `bollard_status_t ${name}_decoder_next(${name}_decoder_t *decoder, ${name}_reading_t *reading);`,
      "",
    ),
  );
}

function startSignature(name: string, end = ";"): string[] {
  const start = `void ${name}_decoder_start(`;
  return [
    `${start}${name}_decoder_t *decoder, const uint8_t *bytes, size_t length,`,
    `${" ".repeat(start.length)}uint32_t arrival_s)${end}`,
  ];
}

function writeDecoderSource(model: CModel): string {
  const { name, schema, slots, maskBits, maskType } = model;
  const interval = intervalTicks(schema);
  const ticks = (milliseconds: boolean) =>
    unsigned(
      interval === undefined
        ? 0
        : (intervalTicks({ ...schema, time: { ...schema.time, milliseconds } }) ?? 0),
    );
  const models: CText = slots.map((slot) => {
    const given = slot.model;
    const columns = [
      unsigned(given?.increment ?? 0),
      unsigned(given?.mean ?? 0),
      given?.increment === undefined ? "0U" : "1U",
      trendNumber(slot),
      followNumber(slot),
    ];
    return `{${columns.join(", ")}},`;
  });
  return toText(
    banner(model, "Decoder"),
    "#include <string.h>",
    "",
    `#include "${name}_decode.h"`,
    "",
    readSlots(model, `${name}_reading_t`, "read_slots"),
    ...comment(
      "First increment, mean in sixteenths, whether it counts, trend, what it follows by.",
    ),
    `static const bollard_model_t read_models[${slots.length}] = {`,
    ...indent(models),
    "};",
    "",
    "static const bollard_layout_t layout = {",
    ...indent(
      "read_slots,",
      "read_models,",
      `${ticks(false)}, /* seconds from row to row */`,
      `${ticks(true)},`,
      `${schema.id}U,`,
      `${slots.length}U,`,
      `${maskBits}U,`,
      `${interval !== undefined},`,
    ),
    "};",
    "",
    startSignature(name, ""),
    "{",
    ...indent(
      "memset(decoder, 0, sizeof(*decoder));",
      "decoder->base.layout = &layout;",
      "decoder->base.before = decoder->before;",
      "decoder->base.guess = decoder->guess;",
      "decoder->base.mean = decoder->mean;",
      "bollard_decoder_start(&decoder->base, bytes, length, arrival_s);",
    ),
    "}",
    "",
    `bollard_status_t ${name}_decoder_next(${name}_decoder_t *decoder, ${name}_reading_t *reading)`,
    "{",
    ...indent(
      "bollard_status_t status = bollard_decoder_next(&decoder->base, &decoder->row);",
      "",
      schema.time.mode !== "none" && "decoder->row.time_s = decoder->base.time_s;",
      schema.time.milliseconds && "decoder->row.time_ms = decoder->base.time_ms;",
      maskBits > 0 && `decoder->row.present = (${maskType})decoder->base.present;`,
      "*reading = decoder->row;",
      "return status;",
    ),
    "}",
  );
}
