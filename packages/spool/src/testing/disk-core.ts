import type { SpoolFs } from "../spool-fs.js";
import type { MemoryFile } from "./memory-file.js";

/** What a program may ask of the disk. */
export type DiskOperation =
  | "list"
  | "open"
  | "rename"
  | "remove"
  | "syncDir"
  | "read"
  | "write"
  | "sync"
  | "truncate"
  | "lock";

/** A change of names in a folder that is not on the disk yet. */
export type NameChange =
  | { readonly kind: "link"; readonly path: string; readonly file: MemoryFile }
  | { readonly kind: "rename"; readonly from: string; readonly to: string }
  | { readonly kind: "remove"; readonly path: string };

/** What a program's view needs of the disk under it. */
export interface DiskCore {
  readonly capacityBytes: number;
  readonly usedBytes: number;
  readonly paths: readonly string[];
  /** True while this program has the disk and was not stopped. */
  runs(program: SpoolFs): boolean;
  /** Lets an operation pass, or fail as asked; one of a dead program never returns. */
  enter(program: SpoolFs, operation: DiskOperation, path: string): Promise<void>;
  find(path: string): MemoryFile | undefined;
  changeName(change: NameChange): void;
  syncNames(dir: string): void;
}

/** An error as Node's `fs` gives it. */
export function systemError(code: string, operation: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${operation} '${path}'`), { code, path });
}
