import { readFileSync } from "node:fs";
import { isUf2 } from "@bollard/firmware-sim";
import { CliError } from "../../error.js";

/** A board's program: Intel HEX as text, or UF2 as bytes. @throws CliError */
export function readProgram(file: string): string | Uint8Array {
  try {
    const bytes = readFileSync(file);
    return isUf2(bytes) ? bytes : bytes.toString("latin1");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError("CLI_FAILED", `${file} cannot be read; ${why}`, { cause: error });
  }
}
