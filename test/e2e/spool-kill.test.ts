import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Spool, type SpoolEvent } from "@bollard/spool";
import { randomFrom } from "@bollard/spool/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "./bundle.js";
import { entryBytes } from "./spool-kill-entry.js";

const ROUNDS = process.env.BOLLARD_FULL ? 500 : 50;
/** A killed process is let live so long after its first word, at most. */
const MAX_LIFE_MS = 60;

let dir: string;
let program: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "spool-kill-"));
  program = join(dir, "writer.mjs");
  await bundle(fileURLToPath(new URL("spool-kill-writer.ts", import.meta.url)), program);
});

afterAll(() => rm(dir, { recursive: true, force: true }));

/** What a program said before it was killed: where it began, and what it called durable last. */
async function runAndKill(folder: string, session: number, lifeMs: number) {
  const child = spawn(process.execPath, [program, folder, String(session)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  let complaint = "";
  child.stdout.setEncoding("latin1").on("data", (chunk: string) => {
    if (said === "") setTimeout(() => child.kill("SIGKILL"), lifeMs);
    said += chunk;
  });
  child.stderr.setEncoding("latin1").on("data", (chunk: string) => {
    complaint += chunk;
  });
  const [code, signal] = await once(child, "close");
  if (signal !== "SIGKILL") throw new Error(`the writer ended with ${code}: ${complaint}`);
  const words = said.slice(0, said.lastIndexOf("\n")).split("\n");
  const numbers = (word: string) =>
    words.filter((line) => line.startsWith(word)).map((line) => Number(line.split(" ")[1]));
  const [from = 0] = numbers("from");
  return { from, durable: Math.max(from, ...numbers("durable")) };
}

test(`nothing durable is lost when the process is killed, ${ROUNDS} times over`, async () => {
  const folder = join(dir, "spool");
  const random = randomFrom(Date.now());
  const sessions: number[] = [0];
  let durableTotal = 0;
  for (let session = 1; session <= ROUNDS; session++) {
    const { from, durable } = await runAndKill(folder, session, random() * MAX_LIFE_MS);
    expect(from).toBe(sessions.length - 1);
    const events: SpoolEvent[] = [];
    const spool = await Spool.open({ dir: folder, onEvent: (event) => events.push(event) });
    expect(events.filter(({ kind }) => kind !== "torn-tail")).toEqual([]);
    expect(spool.last).toBeGreaterThanOrEqual(durable);
    const city = spool.cursor("city");
    expect(city.position).toBeLessThanOrEqual(spool.last);
    for (let position = from + 1; position <= spool.last; position++) sessions.push(session);
    await check(spool, sessions, session % 50 === 0 ? 0 : from);
    durableTotal += durable - from;
    await spool.close();
  }
  expect(durableTotal).toBeGreaterThan(ROUNDS);
}, 600_000);

/** Reads everything behind `from`: each entry once, in order, as the session that wrote it made it. */
async function check(spool: Spool, sessions: readonly number[], from: number): Promise<void> {
  const cursor = spool.cursor("check");
  if (from > 0) cursor.ack(from);
  let expected = cursor.next;
  for (;;) {
    const entries = await cursor.read(500);
    if (entries.length === 0) break;
    for (const { position, bytes, stream } of entries) {
      const wanted = entryBytes(sessions[position] ?? -1, position);
      if (position !== expected || !wanted.equals(bytes)) {
        throw new Error(`other than was appended: entry ${position}, due was ${expected}`);
      }
      if (stream !== `node-${(position - 1) % 9}`) throw new Error(`${position} is of ${stream}`);
      expected++;
    }
  }
  expect(expected).toBe(spool.last + 1);
  await spool.removeCursor("check");
}
