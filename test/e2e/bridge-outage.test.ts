import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bridge, type BridgeClock, systemClock } from "@bollard/bridge";
import { connect } from "@bollard/mqtt-engine";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lampPayload, lampSchema } from "./bridge-parts.js";
import { CityWatcher } from "./city-watcher.js";
import { Gate } from "./gate.js";
import { startMosquitto } from "./mosquitto.js";
import { needCommand } from "./need.js";

const describeMosquitto = needCommand("mosquitto", "apt install mosquitto");

const READINGS = process.env.BOLLARD_FULL === "1" ? 1_000_000 : 50_000;
const NODES = 50;
const HOURS = 24;
const HOUR_MS = 3_600_000;

let folder: string;
let closing: (() => Promise<unknown>)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-outage-"));
  closing = [];
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(folder, { recursive: true });
});

/** The machine's clock, which a test may put on. */
class PutOnClock {
  readonly clock: BridgeClock;
  #onMs = 0;

  constructor() {
    const machine = systemClock();
    this.clock = {
      ...machine,
      wallMs: () => machine.wallMs() + this.#onMs,
      monotonicMs: () => machine.monotonicMs() + this.#onMs,
    };
  }

  putOn(ms: number): void {
    this.#onMs += ms;
  }
}

describeMosquitto(`a day without the city's broker, ${READINGS} readings`, () => {
  test(
    "is held, and every reading is delivered, in order for each node",
    async () => {
      const unbounded = ["max_queued_messages 0", "max_inflight_messages 0"];
      const street = await startMosquitto(unbounded);
      const city = await startMosquitto(unbounded);
      closing.push(
        () => street.close(),
        () => city.close(),
      );
      const gate = await Gate.open(city.port);
      closing.push(() => gate.cut());
      const watcher = await CityWatcher.open(city.port);
      closing.push(() => watcher.close());
      const time = new PutOnClock();
      const bridge = new Bridge({
        config: {
          dataDir: join(folder, "data"),
          sources: { mqtt: [{ name: "street", url: `mqtt://127.0.0.1:${street.port}` }] },
          sinks: { mqtt: [{ name: "city", prefix: "city", formats: ["senml"], url: gate.url }] },
          nodes: { unknown: "accept" },
          spool: { commitDelayMs: 50 },
          http: { enabled: false },
          log: { level: "silent" },
        },
        schemas: [lampSchema],
        clock: time.clock,
      });
      closing.push(() => bridge.close());
      await bridge.start();
      await until(() => bridge.status().sources[0]?.state === "up");
      await gate.cut();

      const nodes = await connect({
        ...{ host: "127.0.0.1", port: street.port },
        ...{ maxInFlight: 5000, maxQueued: READINGS },
      });
      closing.push(() => nodes.close());
      let sent = 0;
      for (let hour = 1; hour <= HOURS; hour++) {
        const reports: Promise<void>[] = [];
        for (; sent < Math.round((READINGS * hour) / HOURS); sent++) {
          const sequence = Math.floor(sent / NODES);
          const payload = lampPayload(sequence, { boot: 1, sequence });
          reports.push(nodes.publish(`bollard/lamp-${sent % NODES}/up`, payload, { qos: 1 }));
        }
        await Promise.all(reports);
        await until(() => bridge.status().spool.backlog >= sent);
        time.putOn(HOUR_MS);
      }
      expect(bridge.status()).toMatchObject({
        health: "holding",
        spool: { backlog: READINGS, dropped: 0 },
      });
      expect(watcher.messages).toBe(0);

      await gate.join();
      await watcher.until(() => watcher.count >= READINGS);
      await until(() => bridge.status().spool.backlog === 0);
      const counts = new Set([...watcher.nodes.values()].map(({ length }) => length));
      expect([watcher.nodes.size, ...counts]).toEqual([NODES, READINGS / NODES]);
      expect(watcher.reordered).toEqual([]);
      expect(bridge.status().spool.dropped).toBe(0);
    },
    READINGS * 3 + 60_000,
  );
});

/** Looks again whenever something may have happened. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
