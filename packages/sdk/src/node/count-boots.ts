import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { SdkError } from "../error.js";

/** A node's boot numbers, 1 to this, and then from 1 again. */
const LAST_BOOT = 65_535;

/**
 * Counts a start of the program in a file, and tells the how-manieth it is: 1 to 65535.
 *
 * The number is on disk before this returns, so no two starts have one number. The file holds it as
 * text; it is made at the first start.
 *
 * @throws {@link SdkError} `SDK_BOOT_FILE` when the file cannot be read or written, or holds
 * something else; the cause is kept
 */
export function countBoots(file: string): number {
  const boot = (readBoots(file) % LAST_BOOT) + 1;
  const temporary = `${file}.new`;
  try {
    const descriptor = openSync(temporary, "w");
    try {
      writeSync(descriptor, `${boot}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (cause) {
    throw new SdkError("SDK_BOOT_FILE", `${file} cannot be written`, { cause });
  }
  return boot;
}

function readBoots(file: string): number {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw new SdkError("SDK_BOOT_FILE", `${file} cannot be read`, { cause });
  }
  const boots = Number(text);
  if (/^\d+\s*$/.test(text) && boots <= LAST_BOOT) return boots;
  throw new SdkError("SDK_BOOT_FILE", `${file} holds no number of starts, 0 to ${LAST_BOOT}`);
}
