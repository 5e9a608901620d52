import type { BytesField, TextField } from "@bollard/schema";
import type { FieldCodec } from "./field-codec.js";
import type { FieldLayout } from "./layout.js";
import { refuse, wrongType } from "./to-step.js";
import { readUtf8, utf8Length, writeUtf8 } from "./utf8.js";

/** The codec of a text: its length in the slot, its UTF-8 in the blobs. */
export function textCodec(field: TextField, { slot, blob }: FieldLayout): FieldCodec {
  return {
    toRow(value, row) {
      if (typeof value !== "string") wrongType(field, value, "a text");
      const length = utf8Length(value);
      if (length < 0) refuse(field, "PAYLOAD_BAD_TEXT", "half a surrogate pair stands alone");
      if (length > field.maxBytes) return tooLong(field, length);
      row.steps[slot] = length;
      writeUtf8(value, row.blobs, blob);
      return true;
    },
    toValue({ steps, blobs }) {
      // A decoder has checked the bytes when it read them.
      const text = readUtf8(blobs, blob, blob + (steps[slot] ?? 0));
      return typeof text === "string" ? text : null;
    },
  };
}

/** The codec of bytes: their count in the slot, themselves in the blobs. */
export function bytesCodec(field: BytesField, { slot, blob }: FieldLayout): FieldCodec {
  return {
    toRow(value, row) {
      if (!(value instanceof Uint8Array)) wrongType(field, value, "a Uint8Array");
      if (value.length > field.maxBytes) return tooLong(field, value.length);
      row.steps[slot] = value.length;
      row.blobs.set(value, blob);
      return true;
    },
    toValue: ({ steps, blobs }) => blobs.slice(blob, blob + (steps[slot] ?? 0)),
  };
}

function tooLong(field: TextField | BytesField, length: number): false {
  if (field.outOfRange === "missing") return false;
  const message = `${length} bytes are too many; at most ${field.maxBytes}`;
  return refuse(field, "PAYLOAD_OUT_OF_RANGE", message);
}
