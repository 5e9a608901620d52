import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { StateFile } from "./state-file.js";

/** Where session numbers are kept. */
export interface SessionNumbersOptions {
  /** The bridge's data folder. */
  readonly dataDir: string;
  /** Numbers appended before the file of all of them is written anew. Default: 10000. */
  readonly maxAppended?: number;
}

/** Below are the boot counts of nodes that can count: a session never has the number of one. */
const FIRST_SESSION = 0x8000;
const LAST_SESSION = 0xffff;

/**
 * Hands out session numbers to nodes that cannot count their boots, or whose count stands still:
 * never one twice in 32,768. They are on disk before they are used, so that a key never names two messages.
 *
 * `sessions.json` has all of them as they were once, `sessions.log` those given since, a line each; both
 * are brought together at each start, and when the second has become long.
 */
export class SessionNumbers {
  readonly #file: StateFile<Record<string, number>>;
  readonly #logPath: string;
  readonly #maxAppended: number;
  readonly #latest: Map<string, number>;
  #log: number | undefined;
  #appended = 0;

  constructor({ dataDir, maxAppended = 10_000 }: SessionNumbersOptions) {
    this.#file = new StateFile(join(dataDir, "sessions.json"), isRecordOfNumbers);
    this.#logPath = join(dataDir, "sessions.log");
    this.#maxAppended = maxAppended;
    this.#latest = new Map(Object.entries(this.#file.read() ?? {}));
    const appended = readLines(this.#logPath);
    for (const [node, session] of appended) {
      if (isLater(session, this.#latest.get(node))) this.#latest.set(node, session);
    }
    if (appended.length > 0) this.#gather();
  }

  /**
   * A new number for this node, 32768 to 65535.
   *
   * @throws the system's error where the disk refuses; it can be asked again
   */
  next(node: string): number {
    const latest = this.#latest.get(node) ?? 0;
    const session = latest < FIRST_SESSION || latest >= LAST_SESSION ? FIRST_SESSION : latest + 1;
    // Before the append: what a full disk has taken of a line is passed over when it is read.
    this.#latest.set(node, session);
    if (this.#appended >= this.#maxAppended) this.#gather();
    else this.#append(node, session);
    return session;
  }

  close(): void {
    if (this.#log !== undefined) closeSync(this.#log);
    this.#log = undefined;
  }

  #append(node: string, session: number): void {
    this.#log ??= openSynced(this.#logPath);
    writeFileSync(this.#log, formatLine(node, session));
    fsyncSync(this.#log);
    this.#appended++;
  }

  #gather(): void {
    this.#file.write(Object.fromEntries(this.#latest));
    this.close();
    rmSync(this.#logPath, { force: true });
    this.#appended = 0;
  }
}

/** A line may be older than the file of all numbers, where a crash came between the two. */
function isLater(session: number, than: number | undefined): boolean {
  if (than === undefined) return true;
  const ahead = (session - than) & (FIRST_SESSION - 1);
  return ahead > 0 && ahead < FIRST_SESSION / 2;
}

/** Opens a file to append to; its name is on the disk when this returns. */
function openSynced(path: string): number {
  const file = openSync(path, "a", 0o600);
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
  return file;
}

/** It begins with a line's end, so that what was torn before it spoils no other. */
function formatLine(node: string, session: number): string {
  const text = JSON.stringify([node, session]);
  return `\n${crc32(text).toString(16)} ${text}`;
}

/** The whole lines, in order; none of a file that is not there. */
function readLines(path: string): [node: string, session: number][] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
  return text.split("\n").flatMap((line) => {
    const [, sum, json = ""] = /^([0-9a-f]+) (.*)$/.exec(line) ?? [];
    return sum === crc32(json).toString(16) ? [JSON.parse(json)] : [];
  });
}

function isRecordOfNumbers(value: unknown): value is Record<string, number> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((item) => Number.isInteger(item))
  );
}
