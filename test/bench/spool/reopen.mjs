// Opens a spool, reads its backlog to the end, and tells on stdout what that took: see ../spool.mjs.
import { readFileSync } from "node:fs";
import { Spool } from "@bollard/spool";

function megabytes(key) {
  const status = readFileSync("/proc/self/status", "latin1");
  const kilobytes = Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  return Math.round(kilobytes / 1000);
}

const beforeMb = megabytes("VmRSS");
const startMs = performance.now();
const spool = await Spool.open({ dir: process.argv[2] ?? "", historyBytes: 16 * 2 ** 20 });
const city = spool.cursor("city");
const [first] = await city.read(1);
const readyMs = Math.round(performance.now() - startMs);
const readyMb = megabytes("VmRSS");
let entries = first === undefined ? 0 : 1;
for (let run = await city.read(256); run.length > 0; run = await city.read(256)) {
  entries += run.length;
}
const peakMb = megabytes("VmHWM");
await spool.close();
process.stdout.write(JSON.stringify({ entries, readyMs, beforeMb, readyMb, peakMb }));
