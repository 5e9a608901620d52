import { CliError } from "../error.js";

/** The bytes of a payload in hexadecimal; spaces between pairs are let pass. */
export function parseHex(text: string): Uint8Array {
  const digits = text.replace(/[\s:]|^0x/g, "");
  if (digits !== "" && /^([0-9a-f]{2})*$/i.test(digits)) return Buffer.from(digits, "hex");
  throw new CliError("CLI_USAGE", "the payload: give pairs of hexadecimal digits, such as 1401");
}
