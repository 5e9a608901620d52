import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bridge } from "@bollard/bridge";
import {
  BoardPacer,
  CableFaults,
  keptMemory,
  openVirtualPort,
  type ReadingSource,
  replaySource,
  Uno,
  type VirtualPort,
} from "@bollard/firmware-sim";
import { readSchemaFile } from "@bollard/schema/file";
import { buildStreetAir, type Firmware } from "@bollard-examples/firmware";
import { readReadings } from "@bollard-examples/street-air/read-readings";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { CutBroker } from "./bridge-parts.js";
import { needCommand } from "./need.js";

const { resolve } = createRequire(import.meta.url);
const BAUD = 115_200;
/** What the firmware marks; `board.h`. */
const [REPORTED, SAMPLE] = [1, 2];
/** How far a value in the city may be from what the sensors sensed: half a step, and the sensor's own. */
const WITHIN: Readonly<Record<string, number>> = {
  ...{ temperature: 0.07, humidity: 0.12, pressure: 8, pm25: 0.051, pm10: 0.051 },
};

type Values = Record<string, number | undefined>;

/** A street air station: real firmware on a simulated Uno, on a cable. */
class Station {
  /** What it reported since its first start, by key, with what its sensors sensed at that moment and a second before. */
  readonly reported = new Map<string, readonly Values[]>();
  readonly board: Uno;
  readonly #pacer = new BoardPacer();
  #port: VirtualPort | undefined;
  #samples = 0;
  #sampled: readonly Values[] = [];

  constructor(id: string, firmware: Firmware, source: ReadingSource) {
    this.board = new Uno({
      ...{ program: firmware.hex, eeprom: keptMemory(id), source },
      onBytes: (bytes) => this.#port?.write(bytes),
      onMark: (mark, number) => {
        const { timeMs } = this.board;
        if (mark === REPORTED) this.reported.set(`1-${number}`, this.#sampled);
        if (mark !== SAMPLE) return;
        this.#samples++;
        this.#sampled = [source(timeMs), source(Math.max(0, timeMs - 1000))];
      },
    });
    this.#pacer.add(this.board);
  }

  /** Readings taken, sent or not. */
  get samples(): number {
    return this.#samples;
  }

  async plug(link: string, faults = 0): Promise<void> {
    const bad = (seed: number) => new CableFaults({ seed, flip: faults, drop: faults });
    const port = await openVirtualPort({
      ...{ link, baudRate: BAUD, toHost: bad(1), toDevice: bad(2) },
    });
    port.onData((bytes) => this.board.receive(bytes));
    this.#port = port;
  }

  async unplug(): Promise<void> {
    const port = this.#port;
    this.#port = undefined;
    await port?.close();
  }

  /** Takes no more readings; what it holds still goes out. */
  async close(): Promise<void> {
    this.#pacer.close();
    await this.unplug();
  }
}

needCommand("avr-gcc", "apt install gcc-avr avr-libc")("street-air's firmware on an Uno", () => {
  let folder: string;
  let single: Firmware;
  let batched: Firmware;
  let city: CutBroker;
  let client: MqttClient;
  let bridge: Bridge;
  let station: Station;
  let arrived: Map<string, Values>;
  let results: { id: string; status: string }[];
  let source: ReadingSource;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "bollard-uno-"));
    const build = (batchRows: number) =>
      buildStreetAir({ folder: join(folder, `fw-${batchRows}`), reportIntervalMs: 40, batchRows });
    single = await build(1);
    batched = await build(5);
    const csv = await readFile(
      resolve("@bollard-examples/street-air/data/street_pm_bme280.csv"),
      "utf8",
    );
    const rows = readReadings(csv).map(({ values }) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? undefined])),
    );
    source = replaySource(rows, 1000);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  beforeEach(async () => {
    arrived = new Map();
    results = [];
    city = await CutBroker.open();
    client = await connectAsync(city.url);
    client.on("message", (topic, payload) => {
      if (topic.endsWith("/result")) {
        results.push(JSON.parse(payload.toString()));
        return;
      }
      const pack: { n: string; v?: number; vs?: string }[] = JSON.parse(payload.toString());
      // Each reading's key stands behind its values.
      let values: Values = {};
      for (const { n, v, vs } of pack) {
        if (n !== "key") values[n] = v;
        else {
          arrived.set(vs ?? "", values);
          values = {};
        }
      }
    });
    await client.subscribeAsync(["city/+/+/senml", "city/+/result"]);
    bridge = new Bridge({
      config: {
        dataDir: join(folder, "data"),
        sources: { serial: [{ name: "cable", ports: [join(folder, "ttyUNO*")] }] },
        sinks: {
          mqtt: [{ name: "city", url: city.url, prefix: "city", formats: ["senml"], commands: {} }],
        },
        nodes: { unknown: "accept" },
        spool: { commitDelayMs: 50 },
        http: { port: 0 },
        log: { level: "silent" },
      },
      schemas: [readSchemaFile(resolve("@bollard-examples/street-air/street-air.schema.yaml"))],
    });
    await bridge.start();
  });
  afterEach(async () => {
    await station.close();
    await bridge.close();
    await client.endAsync(true);
    await city.close();
    rmSync(join(folder, "data"), { recursive: true });
  });

  /** Looks again whenever something may have happened. */
  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (station.board.fault) throw new Error(station.board.fault.message);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  const allArrived = () => [...station.reported.keys()].every((key) => arrived.has(key));
  const command = (name: string, id: string, values = {}) =>
    client.publishAsync(
      "city/uno-1/command",
      JSON.stringify({ id, command: name, values, withinMs: 20_000 }),
    );

  test("every reading it took is in the city as its sensors sensed it, over a bad cable that is pulled", async () => {
    const link = join(folder, "ttyUNO0");
    station = new Station("uno-1", single, source);
    await station.plug(link, 1e-4);
    await until(() => arrived.size >= 100);
    await station.unplug();
    const before = station.reported.size;
    // It goes on taking readings until its memory is full.
    await until(() => station.reported.size >= before + 10);
    await station.plug(link, 1e-4);
    await until(() => station.reported.size >= 300);
    await command("set-report-interval", "calm", { interval: 3600 });
    await until(() => results.length === 1 && allArrived());
    expect(results).toMatchObject([{ id: "calm", status: "done" }]);
    const wrong = [...station.reported].flatMap(([key, sensed]) =>
      Object.entries(WITHIN).flatMap(([name, within]) => {
        const value = arrived.get(key)?.[name] ?? Number.NaN;
        const isNear = sensed.some((at) => Math.abs((at[name] ?? Number.NaN) - value) <= within);
        // The counter sends once a second: in its first the firmware has nothing of it, nor twice.
        const isAbsent = Number.isNaN(value) && name.startsWith("pm");
        return isNear || isAbsent ? [] : [`${key} ${name} ${value}`];
      }),
    );
    expect(wrong).toEqual([]);
    expect([...arrived.values()].filter(({ pm25 }) => pm25 !== undefined).length).toBeGreaterThan(
      5,
    );
    expect(arrived.size).toBe(station.reported.size);
    const { stackBytes } = station.board.counts;
    expect(stackBytes + single.ramBytes).toBeLessThan(2048);
  });

  test("told to start anew it counts the start, keeps its name, and its batches lose no reading", async () => {
    station = new Station("uno-1", batched, source);
    await station.plug(join(folder, "ttyUNO1"));
    await until(() => arrived.size >= 23);
    await command("reboot", "again");
    await until(() => station.board.counts.resets === 1);
    await until(() => [...arrived.keys()].filter((key) => key.startsWith("2-")).length >= 10);
    await command("reboot", "once-more");
    await until(() => station.board.counts.resets === 2);
    const taken = station.samples;
    await until(() => [...arrived.keys()].some((key) => key.startsWith("3-")));
    const rows = [...arrived.keys()].filter((key) => !key.startsWith("3-"));
    expect(rows).toHaveLength(taken);
    expect(results.map(({ id, status }) => [id, status])).toEqual([
      ["again", "done"],
      ["once-more", "done"],
    ]);
    expect(bridge.status().nodes.total).toBe(1);
  });
});
