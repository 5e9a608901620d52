import { join } from "node:path";
import { formatChecked, parseChecked } from "./checked-json.js";
import type { LostEntries, SavedCursor } from "./cursor-state.js";
import { readWhole, type SpoolFs } from "./spool-fs.js";

const FILE_NAME = "cursors.json";

/** What the cursors' file holds. */
export interface SavedCursors {
  /** Last position that was on the disk when it was written. */
  readonly durable: number;
  readonly cursors: readonly SavedCursor[];
}

interface CursorsDocument {
  readonly version: 1;
  readonly durable: number;
  readonly cursors: Readonly<Record<string, { position: number; lost: LostEntries }>>;
}

/** Replaces the cursors' file in one step; returns its bytes once it is on the disk. */
export async function writeCursors(fs: SpoolFs, dir: string, saved: SavedCursors): Promise<number> {
  const cursors = Object.fromEntries(
    saved.cursors.map(({ name, position, lost }) => [name, { position, lost }]),
  );
  const bytes = formatChecked({ version: 1, durable: saved.durable, cursors });
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
  const document = parseChecked(bytes) as CursorsDocument | undefined;
  if (document?.version !== 1) return "lost";
  const cursors = Object.entries(document.cursors).map(([name, saved]) => ({ name, ...saved }));
  return { durable: document.durable, cursors };
}
