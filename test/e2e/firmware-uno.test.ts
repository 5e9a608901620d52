import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bridge } from "@bollard/bridge";
import {
  CableFaults,
  keptMemory,
  type ReadingSource,
  replaySource,
  SerialUno,
} from "@bollard/firmware-sim";
import { until } from "@bollard/firmware-sim/testing";
import { readSchemaFile } from "@bollard/schema/file";
import { buildStreetAir, type Firmware } from "@bollard-examples/firmware";
import { readReadings } from "@bollard-examples/street-air/read-readings";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { CutBroker } from "./bridge-parts.js";
import { needCommand } from "./need.js";

const { resolve } = createRequire(import.meta.url);
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
  /** Readings taken, sent or not. */
  samples = 0;
  #uno: SerialUno | undefined;
  #sampled: readonly Values[] = [];

  static async open(
    options: { readonly link: string; readonly source: ReadingSource; readonly faults?: number },
    firmware: Firmware,
  ): Promise<Station> {
    const station = new Station();
    const { link, source, faults = 0 } = options;
    const bad = (seed: number) => new CableFaults({ seed, flip: faults, drop: faults });
    station.#uno = await SerialUno.open({
      ...{ program: firmware.hex, eeprom: keptMemory("uno-1"), source, link },
      ...{ toHost: bad(1), toDevice: bad(2) },
      onMark: (mark, number) => station.#mark(mark, number, source),
    });
    return station;
  }

  get uno(): SerialUno {
    if (!this.#uno) throw new Error("it is not open");
    return this.#uno;
  }

  #mark(mark: number, number: number, source: ReadingSource): void {
    if (mark === REPORTED) this.reported.set(`1-${number}`, this.#sampled);
    if (mark !== SAMPLE) return;
    const { timeMs } = this.uno.board;
    this.samples++;
    this.#sampled = [source(timeMs), source(Math.max(0, timeMs - 1000))];
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
    await station.uno.close();
    await bridge.close();
    await client.endAsync(true);
    await city.close();
    rmSync(join(folder, "data"), { recursive: true });
  });

  const allArrived = () => [...station.reported.keys()].every((key) => arrived.has(key));
  const command = (name: string, id: string, values = {}) =>
    client.publishAsync(
      "city/uno-1/command",
      JSON.stringify({ id, command: name, values, withinMs: 20_000 }),
    );

  test("every reading it took is in the city as its sensors sensed it, over a bad cable that is pulled", async () => {
    const link = join(folder, "ttyUNO0");
    station = await Station.open({ link, source, faults: 1e-4 }, single);
    await until(() => arrived.size >= 100, station.uno);
    await station.uno.unplug();
    const before = station.reported.size;
    // It goes on taking readings until its memory is full.
    await until(() => station.reported.size >= before + 10, station.uno);
    await station.uno.plug();
    await until(() => station.reported.size >= 300, station.uno);
    await command("set-report-interval", "calm", { interval: 3600 });
    await until(() => results.length === 1 && allArrived(), station.uno);
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
    const { stackBytes } = station.uno.board.counts;
    expect(stackBytes + single.ramBytes).toBeLessThan(2048);
  });

  test("told to start anew it counts the start, keeps its name, and its batches lose no reading", async () => {
    station = await Station.open({ link: join(folder, "ttyUNO1"), source }, batched);
    await until(() => arrived.size >= 23, station.uno);
    await command("reboot", "again");
    await until(() => station.uno.board.counts.resets === 1, station.uno);
    await until(
      () => [...arrived.keys()].filter((key) => key.startsWith("2-")).length >= 10,
      station.uno,
    );
    await command("reboot", "once-more");
    await until(() => station.uno.board.counts.resets === 2, station.uno);
    const taken = station.samples;
    await until(() => [...arrived.keys()].some((key) => key.startsWith("3-")), station.uno);
    const rows = [...arrived.keys()].filter((key) => !key.startsWith("3-"));
    expect(rows).toHaveLength(taken);
    expect(results.map(({ id, status }) => [id, status])).toEqual([
      ["again", "done"],
      ["once-more", "done"],
    ]);
    expect(bridge.status().nodes.total).toBe(1);
  });
});
