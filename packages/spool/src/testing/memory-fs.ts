import { join, normalize } from "node:path";
import { SpoolError } from "../error.js";
import type { SpoolFile, SpoolFs } from "../spool-fs.js";
import { type DiskCore, type DiskOperation, systemError } from "./disk-core.js";
import { MemoryFile } from "./memory-file.js";

/** A `MemoryDisk` as one program has it, until the next is started. @internal */
export class MemoryFs implements SpoolFs {
  readonly #disk: DiskCore;
  readonly #locked = new Set<string>();

  constructor(disk: DiskCore) {
    this.#disk = disk;
  }

  async makeDir(path: string): Promise<void> {
    await this.#enter("list", path);
  }

  async list(dir: string): Promise<string[]> {
    await this.#enter("list", dir);
    const prefix = join(normalize(dir), "/");
    return this.#disk.paths
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length));
  }

  async open(path: string, mode: "read" | "write" | "create"): Promise<SpoolFile> {
    await this.#enter("open", path);
    let file = this.#disk.find(path);
    if (file === undefined) {
      if (mode !== "create") throw systemError("ENOENT", "open", path);
      file = new MemoryFile();
      this.#disk.changeName({ kind: "link", path: normalize(path), file });
    } else if (mode === "create") file.truncate(0);
    return this.#handle(file, path);
  }

  #handle(file: MemoryFile, path: string): SpoolFile {
    return {
      read: async (into, position) => {
        await this.#enter("read", path);
        return file.read(into, position);
      },
      write: async (bytes, position) => {
        const fits = this.#fitting(file, bytes.length, position);
        // What was begun may reach the disk, whether it returns or not.
        if (this.#disk.runs(this)) file.write(bytes.subarray(0, fits), position);
        await this.#enter("write", path);
        if (fits < bytes.length) throw systemError("ENOSPC", "write", path);
      },
      sync: async () => {
        try {
          await this.#enter("sync", path);
        } catch (error) {
          file.syncInVain();
          throw error;
        }
        file.sync();
      },
      truncate: async (length) => {
        await this.#enter("truncate", path);
        file.truncate(length);
      },
      size: async () => {
        await this.#enter("read", path);
        return file.length;
      },
      close: async () => {},
    };
  }

  #fitting(file: MemoryFile, length: number, position: number): number {
    const growth = Math.max(0, position + length - file.length);
    const room = Math.max(0, this.#disk.capacityBytes - this.#disk.usedBytes);
    return growth <= room ? length : Math.max(0, length - growth + room);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#enter("rename", from);
    if (this.#disk.find(from) === undefined) throw systemError("ENOENT", "rename", from);
    this.#disk.changeName({ kind: "rename", from: normalize(from), to: normalize(to) });
  }

  async remove(path: string): Promise<void> {
    await this.#enter("remove", path);
    this.#disk.changeName({ kind: "remove", path: normalize(path) });
  }

  async syncDir(dir: string): Promise<void> {
    await this.#enter("syncDir", dir);
    this.#disk.syncNames(dir);
  }

  async lock(dir: string): Promise<() => Promise<void>> {
    await this.#enter("lock", dir);
    if (this.#locked.has(dir)) throw new SpoolError("SPOOL_LOCKED", dir, "The spool is in use");
    this.#locked.add(dir);
    return async () => {
      this.#locked.delete(dir);
    };
  }

  async holder(dir: string): Promise<number | undefined> {
    await this.#enter("list", dir);
    return this.#locked.has(dir) ? process.pid : undefined;
  }

  #enter(operation: DiskOperation, path: string): Promise<void> {
    return this.#disk.enter(this, operation, path);
  }
}
