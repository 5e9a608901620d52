import { readFileSync } from "node:fs";
import { SchemaError } from "../error.js";

/**
 * A file's text.
 *
 * @throws {@link SchemaError} `SCHEMA_UNREADABLE`, with the cause
 */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${path} cannot be read; ${why}`;
    throw new SchemaError([{ code: "SCHEMA_UNREADABLE", path: "", message }], { cause });
  }
}
