import { readFileSync } from "node:fs";
import type { DecoderTable } from "./decoder/decoder-table.js";

/**
 * A decoder's runtime with the parts that these schemas need: what stands between `//: if text` and
 * `//: end` is left out where none has a text. In Python the marks begin with `#:`.
 *
 * @param name - of a file in this package's `runtime`
 */
export function runtimeText(name: string, tables: readonly DecoderTable[]): string {
  const text = readFileSync(new URL(`../runtime/${name}`, import.meta.url), "utf8");
  const needed = partsOf(tables);
  const lines: string[] = [];
  const open: boolean[] = [];
  for (const line of text.split("\n")) {
    const mark = /^\s*(?:\/\/|#): (?:if (\w+)|(end))$/.exec(line);
    if (mark?.[1]) open.push(needed.has(mark[1]));
    else if (mark) open.pop();
    else if (open.every(Boolean)) lines.push(line);
  }
  return lines.join("\n");
}

/** The kinds of fields there are, and `blob` and `follows`. */
function partsOf(tables: readonly DecoderTable[]): ReadonlySet<string> {
  const fields = tables.flatMap((table) => table.fields);
  const parts = new Set(fields.map(({ kind }) => kind));
  if (parts.has("text") || parts.has("bytes")) parts.add("blob");
  if (fields.some(({ slots }) => slots.some(({ follows }) => follows))) parts.add("follows");
  return parts;
}
