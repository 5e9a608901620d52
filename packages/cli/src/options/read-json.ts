import { CliError } from "../error.js";
import { readText } from "./read-text.js";

/**
 * The object in a file of JSON that an option names; empty for what is no object.
 *
 * @throws CliError `CLI_USAGE` with the option
 */
export function readJson(option: string, path: string): object {
  try {
    return Object(JSON.parse(readText(option, path)));
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError("CLI_USAGE", `${option}: ${path}: ${(cause as Error).message}`, { cause });
  }
}
