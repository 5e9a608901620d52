import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { GeneratedFile } from "@bollard/codegen";
import { CliError } from "../../error.js";

/**
 * Writes generated files below a folder, which is made where it is missing.
 *
 * @throws CliError `CLI_FAILED` with the path that cannot be written
 */
export function writeFiles(folder: string, files: readonly GeneratedFile[]): void {
  for (const { path, text } of files) {
    const place = join(folder, path);
    try {
      makeFolder(dirname(resolve(place)));
      writeFileSync(place, text);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new CliError("CLI_FAILED", `--output: ${place} cannot be written: ${reason}`, {
        cause,
      });
    }
  }
}

/** Node's own recursion never ends where the system makes no folders, as below /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}
