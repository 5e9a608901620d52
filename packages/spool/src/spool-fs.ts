/**
 * The few things the spool asks of a disk. `nodeFs` is the real one; `@bollard/spool/testing` has
 * one in memory that loses power and runs full.
 *
 * Each method rejects with the system's own error (`code` such as `ENOSPC`).
 */
export interface SpoolFs {
  /** Makes a folder and those above it. */
  makeDir(path: string): Promise<void>;
  /** Names in a folder, in any order. */
  list(dir: string): Promise<string[]>;
  /** Opens a file: `read` and `write` (which reads, too) need it to exist, `create` starts it empty. */
  open(path: string, mode: "read" | "write" | "create"): Promise<SpoolFile>;
  /** Gives a file another name, in place of any that has it, in one step. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; one that is not there is no error. */
  remove(path: string): Promise<void>;
  /** Returns once the names in this folder are on the disk. */
  syncDir(dir: string): Promise<void>;
  /**
   * Takes the folder for this process; the returned function gives it back.
   *
   * @throws {@link SpoolError} `SPOOL_LOCKED` while another living process has it
   */
  lock(dir: string): Promise<() => Promise<void>>;
  /** Process that has the folder; undefined where none has. */
  holder(dir: string): Promise<number | undefined>;
}

/** One open file. */
export interface SpoolFile {
  /** Fills `into` from `position` on; returns the bytes read, fewer only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all of `bytes` at `position`. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Returns once what was written is on the disk (`fdatasync`). */
  sync(): Promise<void>;
  /** Cuts or extends (with zeros) the file to this length in bytes. */
  truncate(length: number): Promise<void>;
  /** Length in bytes. */
  size(): Promise<number>;
  close(): Promise<void>;
}

/** A file whose room is given back when the disk is full. */
export const RESERVE_FILE = "reserve";

/** All bytes of a file, or undefined where there is none. */
export async function readWhole(fs: SpoolFs, path: string): Promise<Buffer | undefined> {
  let file: SpoolFile;
  try {
    file = await fs.open(path, "read");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  try {
    const bytes = Buffer.alloc(await file.size());
    return bytes.subarray(0, await file.read(bytes, 0));
  } finally {
    await file.close();
  }
}

/** True for a system error with this code, such as `ENOENT`. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** True where the disk, or this user's share of it, is full. */
export function isDiskFullError(error: unknown): boolean {
  return hasCode(error, "ENOSPC") || hasCode(error, "EDQUOT");
}
