import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Writes a file that is whole at any moment: beside it, synced, then renamed over.
 *
 * Once this returns, it outlives a power cut.
 *
 * @param mode - of a new file
 */
export function writeDurably(path: string, text: string, mode = 0o600): void {
  const fresh = `${path}.new`;
  const file = openSync(fresh, "w", mode);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** The same without keeping the process waiting. One at a time for each file. */
export async function writeDurablyLater(path: string, text: string, mode = 0o600): Promise<void> {
  const fresh = `${path}.new`;
  const file = await open(fresh, "w", mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
