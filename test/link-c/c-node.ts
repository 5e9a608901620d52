import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LinkNodeOptions } from "@bollard/link";
import type { StreetNode } from "@bollard/link/testing";

const OP = { begin: 1, poll: 2, receive: 3, offer: 4, answer: 5, log: 6, lineUp: 7, state: 8 };
const ANSWERED = 0;
const WRITTEN = 1;
const COMMAND = 2;
const TIME = 3;
const HEAD_BYTES = 7;
/** How often a firmware's loop comes round. */
const LOOP_MS = 16;

/** A command, as the firmware's function was called. */
export interface CCommand {
  readonly id: number;
  readonly withinMs: number;
  readonly payload: string;
}

/** The time, as the firmware's function was told. */
export interface CTime {
  readonly unixMs: number;
  readonly askedMs: number;
  readonly isSynchronised: boolean;
}

export interface CNodeStats {
  readonly held: number;
  readonly inSession: boolean;
  readonly boot: number;
  readonly nextSequence: number;
  readonly sent: number;
  readonly resent: number;
  readonly refused: number;
  readonly bad: number;
  readonly ignored: number;
  readonly sessions: number;
  /** Of the queue, ever in use. */
  readonly mostBytes: number;
}

/**
 * The link's C half in a process of its own, called as a firmware calls it and waited for, so that
 * it can live on virtual time.
 */
export class CNode implements StreetNode {
  readonly #options: LinkNodeOptions;
  readonly #process: ChildProcess;
  readonly #input: number;
  readonly #output: number;
  readonly #buffer = Buffer.alloc(65_536);
  readonly #startedAt: number;
  #isUp = false;
  #nextPollAt = Number.POSITIVE_INFINITY;
  onSchedule: (() => void) | undefined;
  readonly commands: CCommand[] = [];
  readonly times: CTime[] = [];

  /** @param program - `node.c`, compiled */
  constructor(program: string, options: LinkNodeOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    const folder = mkdtempSync(join(tmpdir(), "bollard-c-node-"));
    const paths = [join(folder, "in"), join(folder, "out")] as const;
    execFileSync("mkfifo", [...paths]);
    // Both ends of each pipe are opened before the process starts, so that none waits for the other.
    const [input, childInput] = openBothEnds(paths[0]);
    const [childOutput, output] = openBothEnds(paths[1]);
    this.#process = spawn(program, { stdio: [childInput, childOutput, "inherit"] });
    closeSync(childInput);
    closeSync(childOutput);
    rmSync(folder, { recursive: true });
    this.#input = input;
    this.#output = output;
    const { nodeId, firmware = "", schemas = [], boot = 0, life } = options;
    const who = Buffer.concat([
      Buffer.of(Buffer.byteLength(nodeId)),
      Buffer.from(nodeId),
      Buffer.of(Buffer.byteLength(firmware)),
      Buffer.from(firmware),
      Buffer.of(schemas.length),
      ...schemas.flatMap(({ id, fingerprint }) => [
        Buffer.of(id & 0xff, id >> 8),
        Buffer.from(fingerprint, "hex"),
      ]),
    ]);
    const numbers = Buffer.of(boot & 0xff, boot >> 8, life & 0xff, life >> 8);
    if (this.#call(OP.begin, Buffer.concat([who, numbers])) !== 1) {
      throw new Error("the HELLO is too long for this firmware");
    }
  }

  get nextDeadline(): number {
    return this.#isUp ? this.#nextPollAt : Number.POSITIVE_INFINITY;
  }

  poll(): void {
    if (!this.#isUp) return;
    this.#call(OP.poll);
    this.#nextPollAt = this.#options.now() + LOOP_MS;
  }

  receive(chunk: Uint8Array): void {
    if (this.#isUp) this.#call(OP.receive, chunk);
  }

  lineUp(): void {
    this.#call(OP.lineUp);
    this.#isUp = true;
    this.#nextPollAt = this.#options.now();
    this.onSchedule?.();
  }

  lineDown(): void {
    this.#isUp = false;
  }

  offer(payload: Uint8Array, alarm = false): boolean {
    return this.#call(OP.offer, Buffer.concat([Buffer.of(alarm ? 1 : 0), payload])) === 1;
  }

  answer(id: number, status: number, payload: string): boolean {
    const head = Buffer.of(id & 0xff, id >> 8, status);
    return this.#call(OP.answer, Buffer.concat([head, Buffer.from(payload)])) === 1;
  }

  log(level: number, text: string): void {
    this.#call(OP.log, Buffer.concat([Buffer.of(level), Buffer.from(text)]));
  }

  stats(): CNodeStats {
    const bytes = this.#ask(OP.state);
    const [sent, resent, refused, bad, ignored, sessions, mostBytes] = Array.from(
      { length: 7 },
      (_, index) => bytes.readUInt16LE(8 + 2 * index),
    ) as [number, number, number, number, number, number, number];
    return {
      held: bytes[0] as number,
      inSession: bytes[1] === 1,
      boot: bytes.readUInt16LE(2),
      nextSequence: bytes.readUInt32LE(4),
      ...{ sent, resent, refused, bad, ignored, sessions, mostBytes },
    };
  }

  /** The firmware is gone. */
  close(): void {
    this.#isUp = false;
    closeSync(this.#input);
    closeSync(this.#output);
    this.#process.kill();
  }

  #call(op: number, bytes: Uint8Array = new Uint8Array(0)): number {
    return this.#ask(op, bytes)[0] as number;
  }

  #ask(op: number, bytes: Uint8Array = new Uint8Array(0)): Buffer {
    const uptimeMs = Math.floor(this.#options.now() - this.#startedAt) >>> 0;
    const request = Buffer.alloc(HEAD_BYTES + bytes.length);
    request[0] = op;
    request.writeUInt32LE(uptimeMs, 1);
    request.writeUInt16LE(bytes.length, 5);
    request.set(bytes, HEAD_BYTES);
    writeSync(this.#input, request);
    for (;;) {
      const [kind, told] = this.#readRecord();
      if (kind === ANSWERED) return told;
      this.#take(kind, told);
    }
  }

  #take(kind: number, told: Buffer): void {
    if (kind === WRITTEN) {
      if (this.#isUp) this.#options.send(told);
    } else if (kind === COMMAND) {
      const payload = told.toString("utf8", 6);
      const withinMs = told.readUInt32LE(2);
      this.commands.push({ id: told.readUInt16LE(0), withinMs, payload });
    } else if (kind === TIME) {
      const unixMs = told.readUInt32LE(0) * 1000 + told.readUInt16LE(4);
      const askedMs = told.readUInt32LE(6);
      this.times.push({ unixMs, askedMs, isSynchronised: told[10] === 1 });
    }
  }

  #readRecord(): [kind: number, bytes: Buffer] {
    const head = this.#read(3);
    const kind = head[0] as number;
    return [kind, Buffer.from(this.#read(head.readUInt16LE(1)))];
  }

  #read(count: number): Buffer {
    let length = 0;
    while (length < count) {
      const got = readSync(this.#output, this.#buffer, length, count - length, null);
      if (got === 0) throw new Error("the C node ended: see its last words above");
      length += got;
    }
    return this.#buffer.subarray(0, count);
  }
}

/** The writing and the reading end of a named pipe. */
function openBothEnds(path: string): [write: number, read: number] {
  const both = openSync(path, constants.O_RDWR);
  const ends: [number, number] = [openSync(path, constants.O_WRONLY), openSync(path, "r")];
  closeSync(both);
  return ends;
}
