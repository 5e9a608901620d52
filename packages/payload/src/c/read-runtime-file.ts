import { readFileSync } from "node:fs";

/**
 * The text of a C file that generated sources share, such as `bollard_bits.c`.
 *
 * @throws Error of `node:fs` where this package has no such file
 */
export function readRuntimeFile(name: string): string {
  return readFileSync(new URL(`../../c/${name}`, import.meta.url), "utf8");
}
