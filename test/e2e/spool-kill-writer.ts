import { writeSync } from "node:fs";
import { Spool } from "@bollard/spool";
import { entryBytes } from "./spool-kill-entry.js";

/** Appends for as long as it lives; tells on stdout what it promised, before it goes on. */
async function writeUntilKilled(dir: string, session: number): Promise<void> {
  const spool = await Spool.open({
    dir,
    segmentBytes: 64 * 1024,
    commitDelayMs: session % 4,
    ackDelayMs: 2,
    cacheBytes: 16 * 1024,
    onDurable: (position) => writeSync(1, `durable ${position}\n`),
  });
  const cursor = spool.cursor("city", { unsynced: session % 2 === 0 });
  writeSync(1, `from ${spool.last}\n`);
  for (;;) {
    for (let count = 0; count < 1 + (session % 23); count++) {
      spool.append(entryBytes(session, spool.last + 1), { stream: `node-${spool.last % 9}` });
    }
    const entries = await cursor.read(20);
    cursor.ack(entries.at(-1)?.position ?? 0);
    if (session % 3 === 0) await spool.commit();
    else await new Promise((resolve) => setImmediate(resolve));
    if (spool.stats().pendingBytes > 1_000_000) await spool.commit();
  }
}

const [dir = "", session = ""] = process.argv.slice(2);
await writeUntilKilled(dir, Number(session));
