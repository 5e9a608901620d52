import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "vitest";

const BYTES = 16 * 1024 * 1024;

/** A disk of its own, an ext4 in a file, that can break as a worn-out card does. Only root has any. */
export class LoopDisk {
  readonly #image: string;
  readonly #at: string;
  #isMounted = false;

  /** @param at - the folder that it is mounted on */
  constructor(image: string, at: string) {
    this.#image = image;
    this.#at = at;
    writeFileSync(image, "");
    truncateSync(image, BYTES);
    execFileSync("mkfs.ext4", ["-q", "-F", image]);
  }

  mount(): void {
    execFileSync("mount", ["-o", "loop", this.#image, this.#at]);
    this.#isMounted = true;
  }

  /** What the kernel does with a file system that it has found broken: no write gets through. */
  turnReadOnly(): void {
    execFileSync("mount", ["-o", "remount,abort", this.#at]);
  }

  /** Checks the file system and mends it. */
  repair(): void {
    // 1: it has mended something.
    const { status, stdout } = spawnSync("e2fsck", ["-f", "-y", this.#image], { encoding: "utf8" });
    if (status === null || status > 1) throw new Error(`it cannot be mended: ${stdout}`);
  }

  unmount(): void {
    if (this.#isMounted) execFileSync("umount", [this.#at]);
    this.#isMounted = false;
  }
}

/** Whether such a disk can be had here: it takes root, loop devices and e2fsprogs. */
function isThere(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "bollard-loop-"));
  try {
    const at = join(folder, "at");
    mkdirSync(at);
    const disk = new LoopDisk(join(folder, "disk.img"), at);
    disk.mount();
    disk.unmount();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A test that needs such a disk; skipped by name where there can be none. */
export const needDisk = test.skipIf(!isThere());
