import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
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
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, text);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new CliError("CLI_FAILED", `--output: ${place} cannot be written: ${reason}`, {
        cause,
      });
    }
  }
}
