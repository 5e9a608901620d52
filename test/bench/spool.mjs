// `npm run -s bench:spool`: what a durable entry costs. Progress on stderr; tables and one JSON line
// on stdout. BENCH_DIR names a folder on the disk to be measured.
//
// - durablePerS: 200-byte entries on the disk per second, for 1, 16 and 128 entries a sync, beside
//   classic-level (LevelDB) doing the same with `sync: true` and lmdb with its commits synced, in turns
//   on the same disk
// - readPerS: entries read back by a cursor from the disk, and from memory by one that keeps up
// - reopen: a process of its own opens a log with a backlog of a million entries, after a clean end and
//   after a kill, and reads them all: ms until it is ready, and its memory then and at most, in MB
// - wear: 50 nodes, one reading of 24 bytes a second each; bytes handed to the disk for a byte of
//   payload, and kilobytes the system wrote to it in ten minutes, for three commit delays
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bootstrap } from "../../tools/bootstrap.mjs";
import { table } from "./table.mjs";

const ENTRY = Buffer.alloc(200, "a reading of a street sensor, as it came. ");
const BATCHES = [1, 16, 128];
const ROUNDS = 5;
const ROUND_MS = 500;

const reopenProgram = fileURLToPath(new URL("spool/reopen.mjs", import.meta.url));

const say = (line) => process.stderr.write(`${line}\n`);
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

function openLog(spool, dir, options = {}) {
  // Everything is history at once, so that files are used again as in years of running.
  return spool.Spool.open({ dir, historyBytes: 16 * 2 ** 20, ...options });
}

/** One way to make a batch durable; each round takes half a second. */
async function rate(batch, writeBatch) {
  const start = performance.now();
  let entries = 0;
  while (performance.now() - start < ROUND_MS) {
    await writeBatch(batch);
    entries += batch;
  }
  return (entries * 1000) / (performance.now() - start);
}

async function measureDurable(spool, folder) {
  const log = await openLog(spool, join(folder, "durable"));
  const city = log.cursor("city");
  const writers = { spool: writeToLog };
  async function writeToLog(batch) {
    for (let i = 0; i < batch; i++) log.append(ENTRY);
    await log.commit();
    city.ack(log.last);
  }
  const peers = {
    "classic-level": await openLevel(join(folder, "level")),
    lmdb: await openLmdb(join(folder, "lmdb")),
  };
  for (const [name, peer] of Object.entries(peers)) if (peer) writers[name] = peer.write;
  for (let i = 0; i < 200; i++) await writeToLog(1000);
  const rates = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, write] of Object.entries(writers)) {
      for (const batch of BATCHES) {
        rates[name] ??= {};
        rates[name][batch] ??= [];
        rates[name][batch].push(await rate(batch, write));
      }
    }
  }
  await log.close();
  for (const peer of Object.values(peers)) await peer?.close();
  for (const byBatch of Object.values(rates)) {
    for (const batch of BATCHES) byBatch[batch] = Math.round(median(byBatch[batch]));
  }
  return rates;
}

async function openLevel(dir) {
  let ClassicLevel;
  try {
    ({ ClassicLevel } = await import("classic-level"));
  } catch {
    return undefined;
  }
  const db = new ClassicLevel(dir, { keyEncoding: "buffer", valueEncoding: "buffer" });
  await db.open();
  let next = 0;
  return {
    async write(batch) {
      const operations = [];
      for (let i = 0; i < batch; i++) {
        const key = Buffer.alloc(8);
        key.writeUIntBE(next++, 2, 6);
        operations.push({ type: "put", key, value: ENTRY });
      }
      await db.batch(operations, { sync: true });
    },
    close: () => db.close(),
  };
}

async function openLmdb(dir) {
  let open;
  try {
    ({ open } = await import("lmdb"));
  } catch {
    return undefined;
  }
  const db = open({ path: dir, keyEncoding: "uint32", encoding: "binary", overlappingSync: false });
  let next = 0;
  return {
    // Resolves once the commit is on the disk.
    write: (batch) =>
      db.transaction(() => {
        for (let i = 0; i < batch; i++) db.put(next++, ENTRY);
      }),
    close: () => db.close(),
  };
}

async function measureReading(spool, folder) {
  const log = await openLog(spool, join(folder, "read"));
  const slow = log.cursor("slow");
  const fast = log.cursor("fast", { unsynced: true });
  const spent = { slow: 0, fast: 0 };
  for (let i = 0; i < 2000; i++) {
    for (let j = 0; j < 128; j++) log.append(ENTRY, { stream: `node-${j}` });
    const start = performance.now();
    await fast.read(128);
    spent.fast += performance.now() - start;
    if (i % 8 === 7) await log.commit();
  }
  await log.commit();
  const start = performance.now();
  let entries = 0;
  for (let read = await slow.read(256); read.length > 0; read = await slow.read(256)) {
    entries += read.length;
  }
  spent.slow = performance.now() - start;
  await log.close();
  return {
    disk: Math.round((entries * 1000) / spent.slow),
    memory: Math.round((entries * 1000) / spent.fast),
  };
}

async function measureReopening(spool, folder) {
  const dir = join(folder, "backlog");
  const log = await openLog(spool, dir);
  log.cursor("city");
  for (let i = 0; i < 1_000_000; i++) {
    log.append(ENTRY.subarray(0, 40), { stream: `node-${i % 1000}` });
    if (i % 1000 === 999) await log.commit();
  }
  // What a killed process leaves behind: no clean end, and a lock nobody holds.
  cpSync(dir, join(folder, "killed"), { recursive: true });
  writeFileSync(join(folder, "killed", "lock"), JSON.stringify({ pid: 0, boot: "", started: "" }));
  await log.close();
  const results = [];
  for (const [end, path] of Object.entries({ clean: dir, killed: join(folder, "killed") })) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [reopenProgram, path], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(stderr);
    const result = JSON.parse(stdout);
    if (result.entries !== 1_000_000) throw new Error(`only ${result.entries} entries are there`);
    results.push({ end, ...result });
  }
  return results;
}

/** Bytes the system wrote to its disks for this process; undefined where it does not tell. */
function writtenBlocks() {
  try {
    return Number(/^write_bytes: (\d+)/m.exec(readFileSync("/proc/self/io", "latin1"))?.[1]);
  } catch {
    return undefined;
  }
}

async function measureWear(spool, testing, folder, commitDelayMs) {
  const SECONDS = 600;
  const NODES = 50;
  const clock = new testing.ManualClock();
  const dir = join(folder, `wear-${commitDelayMs}`);
  const log = await openLog(spool, dir, {
    clock,
    commitDelayMs,
    ackDelayMs: Math.max(1000, commitDelayMs),
    segmentBytes: 256 * 1024,
    historyBytes: 512 * 1024,
  });
  const city = log.cursor("city");
  const stepMs = Math.min(1000, commitDelayMs);
  const run = async (seconds) => {
    for (let ms = 0; ms < seconds * 1000; ms += stepMs) {
      const readings = (NODES * stepMs) / 1000;
      for (let i = 0; i < readings; i++) {
        const node = ((ms / stepMs) * readings + i) % NODES;
        log.append(ENTRY.subarray(0, 24), { stream: `node-${node}` });
      }
      clock.advance(stepMs);
      // The disk keeps up, as it does in real time.
      if ((ms + stepMs) % commitDelayMs === 0) await log.whenDurable(log.last);
      city.ack(log.durable);
    }
    await log.commit();
  };
  // Until files are used again.
  await run(900);
  const before = { ...log.stats(), blocks: writtenBlocks() };
  await run(SECONDS);
  const after = { ...log.stats(), blocks: writtenBlocks() };
  const grown = (key) => after[key] - before[key];
  const handed =
    grown("writtenBytes") + grown("preparedBytes") + grown("cursorBytes") + grown("indexBytes");
  const payload = grown("appendedBytes");
  await log.close();
  return {
    commitDelayMs,
    overheadBytesPerEntry: Number(
      ((grown("writtenBytes") - payload) / grown("appendedEntries")).toFixed(1),
    ),
    handedPerPayloadByte: Number((handed / payload).toFixed(2)),
    kilobytesWritten:
      after.blocks === undefined ? undefined : Math.round((after.blocks - before.blocks) / 1024),
    syncs: grown("syncs"),
  };
}

async function main() {
  await bootstrap();
  const spool = await import("@bollard/spool");
  const testing = await import("@bollard/spool/testing");
  const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), "bench-spool-"));
  try {
    say("durable entries a second, in turns with other stores …");
    const durablePerS = await measureDurable(spool, folder);
    say("reading …");
    const readPerS = await measureReading(spool, folder);
    say("opening with a million entries of backlog …");
    const reopen = await measureReopening(spool, folder);
    const wear = [];
    for (const delayMs of [100, 1000, 5000]) {
      say(`wear: ten minutes of 50 nodes, commit delay ${delayMs} ms …`);
      wear.push(await measureWear(spool, testing, folder, delayMs));
    }
    const durable = Object.entries(durablePerS).map(([store, rates]) => ({ store, ...rates }));
    process.stdout.write([durable, [readPerS], reopen, wear].map(table).join(""));
    const figures = { durablePerS, readPerS, reopen, wear };
    process.stdout.write(`${JSON.stringify({ bench: "spool", ...figures })}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
