import { readFileSync } from "node:fs";
import { CliError } from "../../error.js";

/** A board's program, as `avr-objcopy -O ihex` writes it. @throws CliError */
export function readProgram(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError("CLI_FAILED", `${file} cannot be read; ${why}`, { cause: error });
  }
}
