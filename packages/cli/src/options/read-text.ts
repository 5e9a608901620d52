import { readFileSync } from "node:fs";
import { CliError } from "../error.js";

/**
 * The text of a file that an option names.
 *
 * @throws CliError `CLI_USAGE` with the option
 */
export function readText(option: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new CliError("CLI_USAGE", `${option}: ${(cause as Error).message}`, { cause });
  }
}

/** Its first line, as a secret stands in a file. */
export function readFirstLine(option: string, path: string): string {
  return readText(option, path).split("\n")[0]?.trim() ?? "";
}
