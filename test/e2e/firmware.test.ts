import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bridge } from "@bollard/bridge";
import {
  type Board,
  CableFaults,
  keptMemory,
  openSerialPico,
  openSerialUno,
  type ReadingSource,
  replaySource,
  type SerialBoard,
} from "@bollard/firmware-sim";
import { until } from "@bollard/firmware-sim/testing";
import { readSchemaFile } from "@bollard/schema/file";
import { buildStreetAir, type Firmware, type FirmwareBoard } from "@bollard-examples/firmware";
import { readReadings } from "@bollard-examples/street-air/read-readings";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
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

/** The boards, what builds their firmware, and how many bytes of stack it has. */
const BOARDS: readonly {
  readonly board: FirmwareBoard;
  readonly compiler: string;
  readonly install: string;
  readonly stackRoom: (firmware: Firmware) => number;
  /** Number of its first start: its own count, or where it has no memory to count in, the bridge's. */
  readonly firstStart: number;
}[] = [
  {
    ...{ board: "uno", compiler: "avr-gcc", install: "apt install gcc-avr avr-libc" },
    stackRoom: ({ ramBytes }) => 2048 - ramBytes,
    firstStart: 1,
  },
  {
    ...{ board: "pico", compiler: "arm-none-eabi-gcc" },
    install: "apt install gcc-arm-none-eabi libnewlib-arm-none-eabi",
    stackRoom: () => 4096,
    firstStart: 32_768,
  },
];

/** A street air station: real firmware on a simulated board, on a cable. */
class Station {
  /** What it reported since its first start, by key, with what its sensors sensed at that moment and a second before. */
  readonly reported = new Map<string, readonly Values[]>();
  /** Readings taken, sent or not. */
  samples = 0;
  #plugged: SerialBoard<Board> | undefined;
  #sampled: readonly Values[] = [];

  static async open(
    options: {
      readonly board: FirmwareBoard;
      readonly firstStart: number;
      readonly link: string;
      readonly source: ReadingSource;
      readonly faults?: number;
    },
    { hex: program }: Firmware,
  ): Promise<Station> {
    const station = new Station();
    const { board, firstStart, link, source, faults = 0 } = options;
    const bad = (seed: number) => new CableFaults({ seed, flip: faults, drop: faults });
    const parts = {
      ...{ program, source, link, toHost: bad(1), toDevice: bad(2) },
      onMark: (mark: number, number: number) =>
        station.#mark(mark, `${firstStart}-${number}`, source),
    };
    const memory = keptMemory("air-1");
    station.#plugged = await (board === "uno"
      ? openSerialUno({ ...parts, eeprom: memory })
      : openSerialPico({ ...parts, settings: memory }));
    return station;
  }

  get plugged(): SerialBoard<Board> {
    if (!this.#plugged) throw new Error("it is not open");
    return this.#plugged;
  }

  #mark(mark: number, key: string, source: ReadingSource): void {
    if (mark === REPORTED) this.reported.set(key, this.#sampled);
    if (mark !== SAMPLE) return;
    const { timeMs } = this.plugged.board;
    this.samples++;
    this.#sampled = [source(timeMs), source(Math.max(0, timeMs - 1000))];
  }
}

describe.each(BOARDS)("$board", ({ board, compiler, install, stackRoom, firstStart }) => {
  needCommand(compiler, install)("street-air's firmware on it", () => {
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
      folder = mkdtempSync(join(tmpdir(), "bollard-firmware-"));
      const build = (batchRows: number) =>
        buildStreetAir({
          ...{ folder: join(folder, `fw-${batchRows}`), board, batchRows },
          reportIntervalMs: 40,
        });
      single = await build(1);
      batched = await build(5);
      const csv = await readFile(
        resolve("@bollard-examples/street-air/data/street_pm_bme280.csv"),
        "utf8",
      );
      const rows = readReadings(csv).map(({ values }) =>
        Object.fromEntries(
          Object.entries(values).map(([name, value]) => [name, value ?? undefined]),
        ),
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
          sources: { serial: [{ name: "cable", ports: [join(folder, "ttyAIR*")] }] },
          sinks: {
            mqtt: [
              { name: "city", url: city.url, prefix: "city", formats: ["senml"], commands: {} },
            ],
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
      await station.plugged.close();
      await bridge.close();
      await client.endAsync(true);
      await city.close();
      rmSync(join(folder, "data"), { recursive: true });
    });

    const allArrived = () => [...station.reported.keys()].every((key) => arrived.has(key));
    const command = (name: string, id: string, values = {}) =>
      client.publishAsync(
        "city/air-1/command",
        JSON.stringify({ id, command: name, values, withinMs: 20_000 }),
      );

    test("every reading it took is in the city as its sensors sensed it, over a bad cable that is pulled", async () => {
      const link = join(folder, "ttyAIR0");
      station = await Station.open({ board, firstStart, link, source, faults: 1e-4 }, single);
      await until(() => arrived.size >= 100, station.plugged);
      await station.plugged.unplug();
      const before = station.reported.size;
      // It goes on taking readings until its memory is full.
      await until(() => station.reported.size >= before + 10, station.plugged);
      await station.plugged.plug();
      await until(() => station.reported.size >= 300, station.plugged);
      await command("set-report-interval", "calm", { interval: 3600 });
      await until(() => results.length === 1 && allArrived(), station.plugged);
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
      const { stackBytes } = station.plugged.board.counts;
      expect(stackBytes).toBeLessThan(stackRoom(single));
    });

    test("told to start anew it counts the start, keeps its name, and its batches lose no reading", async () => {
      station = await Station.open(
        { board, firstStart, link: join(folder, "ttyAIR1"), source },
        batched,
      );
      await until(() => arrived.size >= 23, station.plugged);
      await command("reboot", "again");
      await until(() => station.plugged.board.counts.resets === 1, station.plugged);
      await until(
        () =>
          [...arrived.keys()].filter((key) => key.startsWith(`${firstStart + 1}-`)).length >= 10,
        station.plugged,
      );
      await command("reboot", "once-more");
      await until(() => station.plugged.board.counts.resets === 2, station.plugged);
      const taken = station.samples;
      await until(
        () => [...arrived.keys()].some((key) => key.startsWith(`${firstStart + 2}-`)),
        station.plugged,
      );
      const rows = [...arrived.keys()].filter((key) => !key.startsWith(`${firstStart + 2}-`));
      expect(rows).toHaveLength(taken);
      expect(results.map(({ id, status }) => [id, status])).toEqual([
        ["again", "done"],
        ["once-more", "done"],
      ]);
      expect(bridge.status().nodes.total).toBe(1);
    });
  });
});
