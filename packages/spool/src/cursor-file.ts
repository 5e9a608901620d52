import { join } from "node:path";
import { checksum } from "./checksum.js";
import type { LostEntries, SavedCursor } from "./cursor-state.js";
import { readWhole, type SpoolFs } from "./spool-fs.js";

const FILE_NAME = "cursors.json";

/** What the cursors' file holds. */
export interface SavedCursors {
  /** Last position that was on the disk when it was written. */
  readonly durable: number;
  readonly cursors: readonly SavedCursor[];
}

/** Replaces the cursors' file in one step; returns its bytes once it is on the disk. */
export async function writeCursors(fs: SpoolFs, dir: string, saved: SavedCursors): Promise<number> {
  const cursors = Object.fromEntries(
    saved.cursors.map(({ name, position, lost }) => [name, { position, lost }]),
  );
  const text = JSON.stringify({ version: 1, durable: saved.durable, cursors });
  const body = Buffer.from(`${text}\n`, "utf8");
  const check = checksum(body, 0, body.length, 0).toString(16).padStart(8, "0");
  const bytes = Buffer.concat([body, Buffer.from(`${check}\n`, "latin1")]);
  const path = join(dir, FILE_NAME);
  const file = await fs.open(`${path}.tmp`, "create");
  try {
    await file.write(bytes, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await fs.rename(`${path}.tmp`, path);
  await fs.syncDir(dir);
  return bytes.length;
}

/** Reads the cursors' file: nothing where there is none, "lost" where its content is not whole. */
export async function readCursors(fs: SpoolFs, dir: string): Promise<SavedCursors | "lost"> {
  const bytes = await readWhole(fs, join(dir, FILE_NAME));
  if (bytes === undefined) return { durable: 0, cursors: [] };
  const bodyEnd = bytes.indexOf(0x0a) + 1;
  const check = checksum(bytes, 0, bodyEnd, 0).toString(16).padStart(8, "0");
  if (bytes.toString("latin1", bodyEnd) !== `${check}\n`) return "lost";
  try {
    const { durable, cursors } = JSON.parse(bytes.toString("utf8", 0, bodyEnd)) as {
      durable: number;
      cursors: Record<string, { position: number; lost: LostEntries }>;
    };
    return {
      durable,
      cursors: Object.entries(cursors).map(([name, saved]) => ({ name, ...saved })),
    };
  } catch {
    return "lost";
  }
}
