import { dirname, normalize } from "node:path";
import type { SpoolFs } from "../spool-fs.js";
import { type DiskCore, type DiskOperation, type NameChange, systemError } from "./disk-core.js";
import type { MemoryFile } from "./memory-file.js";
import { MemoryFs } from "./memory-fs.js";

/**
 * A disk in memory that fails as real ones do: power cuts that lose, tear and reorder what was not
 * synced, failing syncs, a full disk, flipped bits.
 *
 * One program uses it at a time: `start` gives it the disk, and ends the one before.
 */
export class MemoryDisk implements DiskCore {
  /** Bytes it can hold; writes beyond fail with `ENOSPC`. Default: no bound. */
  capacityBytes = Number.POSITIVE_INFINITY;
  /** Operations begun, failed ones included. */
  operations = 0;
  #names = new Map<string, MemoryFile>();
  #namesOnDisk = new Map<string, MemoryFile>();
  #nameChanges: NameChange[] = [];
  #fault: (operation: DiskOperation, path: string) => string | undefined = () => undefined;
  #program: SpoolFs | undefined;
  #stopAt = Number.POSITIVE_INFINITY;
  #onStopped: () => void = () => {};

  /** Gives the disk to a program; one that had it before is dead: its calls never return. */
  start(): SpoolFs {
    this.#program = new MemoryFs(this);
    return this.#program;
  }

  /** Kills the program that has the disk; the system keeps what it wrote, synced or not. */
  kill(): void {
    this.#program = undefined;
    this.#stopAt = Number.POSITIVE_INFINITY;
  }

  /**
   * The power goes. Of what was not synced some survives: `random` gives numbers of 0 to 1 and
   * decides. Changes of names survive up to any of them, in order, as a journal keeps them.
   */
  cutPower(random: () => number): void {
    this.kill();
    const kept = Math.floor(random() * (this.#nameChanges.length + 1));
    for (const change of this.#nameChanges.slice(0, kept)) applyName(this.#namesOnDisk, change);
    this.#nameChanges = [];
    this.#names = new Map(this.#namesOnDisk);
    for (const file of new Set(this.#names.values())) file.cutPower(random);
  }

  /**
   * Stops the program at the operation after `count` more: that one is begun, and never returns.
   * Resolves when it happens.
   */
  stopAfter(count: number): Promise<void> {
    this.#stopAt = this.operations + count;
    return new Promise((resolve) => {
      this.#onStopped = resolve;
    });
  }

  /** Asks `fault` before each operation: an error code such as `EIO` makes it fail. */
  failWhen(fault: (operation: DiskOperation, path: string) => string | undefined): void {
    this.#fault = fault;
  }

  /** From now on nothing fails. */
  heal(): void {
    this.#fault = () => undefined;
    this.capacityBytes = Number.POSITIVE_INFINITY;
  }

  /** Flips the bits of `mask` in one byte of a file. */
  rot(path: string, at: number, mask = 1): void {
    this.#names.get(normalize(path))?.rot(at, mask);
  }

  /** Bytes of a file as a reader sees them; undefined where there is none. */
  shown(path: string): Buffer | undefined {
    return this.#names.get(normalize(path))?.shown;
  }

  /** Paths of all files. */
  get paths(): string[] {
    return [...this.#names.keys()];
  }

  /** Bytes in use. */
  get usedBytes(): number {
    let bytes = 0;
    for (const file of new Set(this.#names.values())) bytes += file.length;
    return bytes;
  }

  /** True while this program has the disk and was not stopped. @internal */
  runs(program: SpoolFs): boolean {
    return program === this.#program && this.operations < this.#stopAt;
  }

  /** Lets an operation pass, or fail as asked; one of a dead program never returns. @internal */
  enter(program: SpoolFs, operation: DiskOperation, path: string): Promise<void> {
    if (program !== this.#program) return new Promise(() => {});
    if (!this.runs(program)) {
      this.#onStopped();
      return new Promise(() => {});
    }
    this.operations++;
    const code = this.#fault(operation, path);
    if (code === undefined) return Promise.resolve();
    return Promise.reject(systemError(code, operation, path));
  }

  /** @internal */
  find(path: string): MemoryFile | undefined {
    return this.#names.get(normalize(path));
  }

  /** @internal */
  changeName(change: NameChange): void {
    this.#nameChanges.push(change);
    applyName(this.#names, change);
  }

  /** @internal */
  syncNames(dir: string): void {
    const inDir = (path: string) => dirname(path) === normalize(dir);
    this.#namesOnDisk = new Map([
      ...[...this.#namesOnDisk].filter(([path]) => !inDir(path)),
      ...[...this.#names].filter(([path]) => inDir(path)),
    ]);
    this.#nameChanges = [];
  }
}

function applyName(names: Map<string, MemoryFile>, change: NameChange): void {
  if (change.kind === "link") names.set(change.path, change.file);
  else if (change.kind === "remove") names.delete(change.path);
  else {
    const file = names.get(change.from);
    if (file === undefined) return;
    names.delete(change.from);
    names.set(change.to, file);
  }
}
