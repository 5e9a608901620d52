import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SpoolError } from "./error.js";
import { hasCode, isDiskFullError, RESERVE_FILE } from "./spool-fs.js";

/** Who holds a folder. A process id alone is not enough: after a reboot another process has it. */
interface Holder {
  readonly pid: number;
  /** The machine's boot; empty where the system does not tell. */
  readonly boot: string;
  /** When the process was started, in the kernel's ticks; empty where the system does not tell. */
  readonly started: string;
}

/** A lock file without content is one whose owner is just writing it, for this long; then it is left over. */
const WRITING_MS = 2_000;
const LOOK_MS = 50;
const held = new Set<string>();

/**
 * Takes a folder for this process by a file named `lock` in it. The lock of a process that lives no
 * more is taken over, also when its number was given to another process since.
 *
 * @throws {@link SpoolError} `SPOOL_LOCKED` while another living process, or this one, has it
 */
export async function lockDir(dir: string): Promise<() => Promise<void>> {
  const path = join(resolve(dir), "lock");
  if (held.has(path)) throw locked(dir, "this process has it open already");
  held.add(path);
  try {
    await take(dir, path);
  } catch (error) {
    held.delete(path);
    throw error;
  }
  return async () => {
    await rm(path, { force: true });
    held.delete(path);
  };
}

/** Process that has the folder; undefined where none has. */
export async function lockHolder(dir: string): Promise<number | undefined> {
  const text = await readFile(join(resolve(dir), "lock"), "utf8").catch(() => "");
  const holder = parseHolder(text);
  return holder && isAlive(holder) ? holder.pid : undefined;
}

async function take(dir: string, path: string): Promise<void> {
  const mine = JSON.stringify(describe(process.pid));
  for (let attempt = 0; attempt < 8; attempt++) {
    try {
      await writeFile(path, mine, { flag: "wx", mode: 0o640 });
      return;
    } catch (error) {
      if (isDiskFullError(error) && attempt === 0) {
        // A full disk must not keep a backlog from being read: the reserve is for this, too.
        await rm(path, { force: true });
        await rm(join(resolve(dir), RESERVE_FILE), { force: true });
        continue;
      }
      if (!hasCode(error, "EEXIST")) throw error;
    }
    const text = await readWritten(path);
    if (text === undefined) continue;
    const holder = parseHolder(text);
    if (holder && isAlive(holder)) throw locked(dir, `process ${holder.pid} has it open`);
    await removeStale(path, text);
  }
  throw locked(dir, "others open it all the time");
}

/** Two processes may find one stale lock: only what was read is removed, never a new owner's lock. */
async function removeStale(path: string, text: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  if ((await readFile(aside, "utf8")) === text) await rm(aside, { force: true });
  else await rename(aside, path);
}

function locked(dir: string, why: string): SpoolError {
  return new SpoolError("SPOOL_LOCKED", dir, `The spool is in use: ${why}`);
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("pid" in value)) return undefined;
    const { pid, boot, started } = value as Record<string, unknown>;
    if (typeof pid !== "number") return undefined;
    return { pid, boot: String(boot ?? ""), started: String(started ?? "") };
  } catch {
    return undefined;
  }
}

/** What a lock file holds, once its owner has written it, or has had the time to. */
async function readWritten(path: string): Promise<string | undefined> {
  for (;;) {
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined || parseHolder(text) || !(await isFresh(path))) return text;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function isFresh(path: string): Promise<boolean> {
  try {
    // A machine without a clock may have been ahead of today's time.
    return Math.abs(Date.now() - (await stat(path)).mtimeMs) < WRITING_MS;
  } catch {
    return false;
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (!hasCode(error, "EPERM")) return false;
  }
  const now = describe(holder.pid);
  return now.boot === holder.boot && now.started === holder.started;
}

function describe(pid: number): Holder {
  return { pid, boot: readText("/proc/sys/kernel/random/boot_id"), started: startOf(pid) };
}

/** Field 22 of `/proc/<pid>/stat`; the name before it, in brackets, may itself hold spaces. */
function startOf(pid: number): string {
  const text = readText(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function readText(path: string): string {
  try {
    return readFileSync(path, "latin1").trim();
  } catch {
    return "";
  }
}
