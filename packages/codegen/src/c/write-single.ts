import { banner } from "./c-banner.js";
import { headerBytes } from "./c-header-bytes.js";
import type { CModel } from "./c-model.js";
import { type CText, toText } from "./c-text.js";

/** Appends constant bytes, two at a time. */
export function putBytes(writer: string, bytes: readonly number[]): string[] {
  const lines: string[] = [];
  for (let index = 0; index < bytes.length; index += 2) {
    const pair = bytes.slice(index, index + 2);
    const digits = pair.map((byte) => byte.toString(16).padStart(2, "0")).join("");
    lines.push(`bollard_put(${writer}, 0x${digits}U, ${8 * pair.length}U);`);
  }
  return lines;
}

/** The same where numbers of 32 bits are written anyway. */
export function putLongBytes(writer: string, bytes: readonly number[]): string {
  const digits = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `bollard_put_long(${writer}, 0x${digits}U, ${8 * bytes.length}U);`;
}

/** `street_air.c`: the encoder of single readings. */
export function writeSingle(model: CModel, withSchemaId: boolean): string {
  const { name, schema } = model;
  const encoder = (hasKey: boolean): CText => [
    hasKey
      ? [
          `size_t ${name}_reading_encode_keyed(const ${name}_reading_t *reading, const bollard_key_t *key,`,
          `${" ".repeat(name.length + 29)}uint8_t *out, size_t capacity)`,
        ]
      : `size_t ${name}_reading_encode(const ${name}_reading_t *reading, uint8_t *out, size_t capacity)`,
    "{",
    "\tbollard_writer_t writer;",
    "",
    "\tbollard_start(&writer, out, capacity);",
    putBytes("&writer", headerBytes(schema, { form: "single", hasKey, withSchemaId })).map(
      (line) => `\t${line}`,
    ),
    hasKey && "\tbollard_put_key(&writer, key);",
    "\treturn put_row(&writer, reading) ? bollard_finish(&writer) : 0U;",
    "}",
  ];
  return toText(
    banner(model, "Encoder of single readings"),
    `#include "${name}_slots.h"`,
    '#include "bollard_slot_code.h"',
    '#include "bollard_row_code.h"',
    "",
    encoder(false),
    "",
    encoder(true),
  );
}
