import { existsSync, readFileSync } from "node:fs";

/** Beside `src` and `dist`; a bundler may put this module one folder higher. */
const folder = ["../../c/", "../c/"]
  .map((path) => new URL(path, import.meta.url))
  .find((url) => existsSync(new URL("bollard_bits.h", url)));

/**
 * The text of a C file that generated sources share, such as `bollard_bits.c`.
 *
 * @throws Error of `node:fs` where this package has no such file
 */
export function readRuntimeFile(name: string): string {
  return readFileSync(new URL(name, folder), "utf8");
}
