import * as fs from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { lockDir, lockHolder } from "./lock-dir.js";
import { hasCode, type SpoolFile, type SpoolFs } from "./spool-fs.js";

/** The disk, by Node's own `fs`. */
export const nodeFs: SpoolFs = {
  makeDir: async (path) => {
    await mkdir(path, { recursive: true });
  },
  list: (dir) => readdir(dir),
  open: (path, mode) => {
    const flags = mode === "read" ? "r" : mode === "write" ? "r+" : "w+";
    return new Promise((resolve, reject) => {
      fs.open(path, flags, 0o640, (error, fd) => {
        if (error) reject(error);
        else resolve(new NodeFile(fd));
      });
    });
  },
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { force: true }),
  syncDir: (dir) =>
    new Promise((resolve, reject) => {
      fs.open(dir, "r", (error, fd) => {
        if (error) return reject(error);
        fs.fsync(fd, (failure) => {
          fs.close(fd, () => {
            // Some file systems cannot sync a folder and order its changes themselves.
            if (failure && !hasCode(failure, "EINVAL") && !hasCode(failure, "EPERM"))
              reject(failure);
            else resolve();
          });
        });
      });
    }),
  lock: lockDir,
  holder: lockHolder,
};

/** Callbacks and not `FileHandle`: a fifth less time for each small write and sync. */
class NodeFile implements SpoolFile {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let filled = 0;
    while (filled < into.length) {
      const count = await this.#readOnce(into, filled, position + filled);
      if (count === 0) break;
      filled += count;
    }
    return filled;
  }

  #readOnce(into: Uint8Array, filled: number, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.read(this.#fd, into, filled, into.length - filled, position, (error, count) => {
        if (error) reject(error);
        else resolve(count);
      });
    });
  }

  write(bytes: Uint8Array, position: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const next = (done: number): void => {
        fs.write(this.#fd, bytes, done, bytes.length - done, position + done, (error, count) => {
          if (error) reject(error);
          else if (done + count < bytes.length) next(done + count);
          else resolve();
        });
      };
      next(0);
    });
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.fdatasync(this.#fd, (error) => (error ? reject(error) : resolve()));
    });
  }

  truncate(length: number): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.ftruncate(this.#fd, length, (error) => (error ? reject(error) : resolve()));
    });
  }

  size(): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.fstat(this.#fd, (error, stats) => (error ? reject(error) : resolve(stats.size)));
    });
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.close(this.#fd, (error) => (error ? reject(error) : resolve()));
    });
  }
}
