import { Duplex } from "node:stream";
import { Bme280, FirmataDevice, Sht31 } from "@bollard/firmware-sim";
import { until } from "@bollard/firmware-sim/testing";
import { compileSchema, defineSchema } from "@bollard/sdk";
import { functionTransport, Node } from "@bollard/sdk/node";
import five from "johnny-five";
import { afterEach, describe, expect, test } from "vitest";
import type { FiveBoard } from "./board-session.js";
import type { FieldSource } from "./field-source.js";
import { type BoardState, type ReportingBoard, reportBoard } from "./report-board.js";

const air = defineSchema({
  name: "five-air",
  id: 60,
  fields: [
    { name: "temperature", unit: "Cel", min: -40, max: 85, resolution: 0.1 },
    { name: "humidity", unit: "%RH", min: 0, max: 100, resolution: 0.1, optional: true },
    { name: "pressure", unit: "hPa", min: 300, max: 1100, resolution: 0.1, optional: true },
    { name: "level", unit: "/", min: 0, max: 1, resolution: 0.001, optional: true },
    { name: "raw", unit: "count", min: 0, max: 1023, resolution: 1, optional: true },
  ],
});
const weather = { temperature: 21.4, humidity: 48.5, pressure: 100_870 };
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describe("reportBoard", () => {
  test("reports what the sensors of a real johnny-five measure, in the units of the schema", async () => {
    const { board, readings } = street({
      sensors: (board) => {
        const multi = new five.Multi({ board, controller: "BME280", address: 0x76 });
        return {
          temperature: multi.thermometer,
          humidity: multi.hygrometer,
          pressure: multi.barometer,
          level: new five.Light({ board, pin: "A0" }),
          raw: new five.Sensor({ board, pin: "A1" }),
        };
      },
    });
    await until(() => readings.length > 0);
    expect(board.state).toBe("up");
    expect(readings[0]).toEqual({
      temperature: expect.closeTo(21.4, 1),
      // johnny-five hands on the driver's whole percent.
      humidity: expect.closeTo(48.5, -1),
      pressure: expect.closeTo(1008.7, 0),
      level: expect.closeTo(256 / 1024, 1),
      raw: 700,
    });
  });

  test("takes an SHT31, a TMP36 and a function of your own", async () => {
    let door = 0;
    const { readings } = street({
      sensors: (board) => ({
        temperature: new five.Thermometer({ board, controller: "TMP36", pin: "A2" }),
        humidity: new five.Hygrometer({ board, controller: "SHT31D" }),
        raw: () => ++door,
      }),
    });
    await until(() => readings.length > 0);
    // 0.75 V of 5 V: a TMP36 gives 10 mV a degree, 500 mV at 0 °C.
    expect(readings[0]).toMatchObject({ temperature: expect.closeTo(25, 0), raw: 1 });
    expect(readings[0]?.humidity).toBeCloseTo(48.5, 0);
    expect(readings[0]?.pressure).toBeNull();
  });

  test("a board that is unplugged is found again, and leaves no interval of johnny-five behind", async () => {
    const { board, readings, lines, states } = street({
      everyMs: 50,
      sensors: (board) => ({
        temperature: new five.Thermometer({ board, controller: "TMP36", pin: "A2" }),
      }),
    });
    await until(() => readings.length > 2);
    const before = intervalsRunning();
    for (let time = 1; time <= 3; time++) {
      const count = readings.length;
      lines.at(-1)?.destroy();
      await until(() => lines.length > time && readings.length > count + 1);
    }
    expect(intervalsRunning()).toBeLessThanOrEqual(before + 2);
    expect(board.stats()).toMatchObject({ opened: 4, lost: 3, refused: 0 });
    expect(states.slice(0, 4)).toEqual(["up", "lost", "opening", "up"]);
  });

  test("a board that is lost before its sensors have measured reports nothing", async () => {
    const { board, readings, lines, states } = street({
      sensors: (uno) => ({
        // There is no such part on the bus: it never measures.
        humidity: new five.Hygrometer({ board: uno, controller: "SHT31D", address: 0x45 }),
        temperature: new five.Thermometer({ board: uno, controller: "TMP36", pin: "A2" }),
      }),
    });
    await until(() => states.includes("up"));
    lines[0]?.destroy();
    await until(() => states.includes("lost"));
    expect(readings).toEqual([]);
    await board.close();
    expect(board.stats()).toMatchObject({ reported: 0, incomplete: 0 });
  });

  test("a cable that ends without a word is a lost board", async () => {
    const { readings, lines, states, causes } = street({
      silentMs: 200,
      sensors: (board) => ({
        temperature: new five.Thermometer({ board, controller: "TMP36", pin: "A2" }),
      }),
    });
    await until(() => readings.length > 0);
    (lines[0] as Line).isCut = true;
    await until(() => states.includes("lost"));
    expect(causes[0]?.message).toContain("JOHNNY_FIVE_SILENT");
    await until(() => lines.length > 1 && states.at(-1) === "up");
  });

  test("what does not speak Firmata is told, and asked again", async () => {
    const { states, causes, lines } = street({ silentMs: 50, isMute: true, sensors: () => ({}) });
    await until(() => lines.length > 1);
    expect(states).toContain("lost");
    expect(causes[0]?.message).toContain("does not speak Firmata");
  });

  test("says which field has a sensor of another quantity, none, or is not of the schema", async () => {
    const told: string[] = [];
    const wrong: ((board: FiveBoard) => Record<string, FieldSource>)[] = [
      (board) => ({ pressure: new five.Thermometer({ board, controller: "TMP36", pin: "A2" }) }),
      (board) => ({ temperature: new five.Compass({ board, controller: "HMC5883L" }) }),
      (board) => ({ noise: new five.Sensor({ board, pin: "A1" }) }),
    ];
    for (const sensors of wrong) {
      const { causes, states, board } = street({ sensors });
      await until(() => states.includes("closed"));
      told.push(causes[0]?.message ?? "");
      expect(board.stats().lost).toBe(0);
    }
    expect(told[0]).toContain("pressure: it is in hPa, and a Thermometer measures in Cel");
    expect(told[1]).toContain("temperature: this is no Thermometer");
    expect(told[2]).toContain("noise: five-air has temperature, humidity");
  });

  test("counts a reading without a value it must have, and one beyond its range", async () => {
    let temperature: number | null = null;
    const { board, states } = street({ sensors: () => ({ temperature: () => temperature }) });
    await until(() => states.includes("up"));
    await until(() => board.stats().incomplete === 1);
    temperature = 1e9;
    expect(board.reportNow()).toBe(false);
    temperature = 20;
    expect(board.reportNow()).toBe(true);
    expect(board.stats()).toMatchObject({ reported: 1, incomplete: 1, refused: 1 });
    await board.close();
    expect(board.reportNow()).toBe(false);
  });

  test("refuses a schema that its node does not speak", () => {
    expect(() => street({ schema: "noise", sensors: () => ({}) })).toThrow(
      "schema: the node speaks five-air (JOHNNY_FIVE_BAD_OPTION)",
    );
  });
});

interface StreetOptions {
  readonly sensors: (board: FiveBoard) => Record<string, FieldSource>;
  readonly schema?: string;
  readonly everyMs?: number;
  readonly silentMs?: number;
  /** The board answers nothing. */
  readonly isMute?: boolean;
}

/** A node whose board is simulated, and what arrives from it. */
function street({ isMute = false, ...options }: StreetOptions) {
  const codec = compileSchema(air);
  const readings: Record<string, unknown>[] = [];
  const lines: Line[] = [];
  const states: BoardState[] = [];
  const causes: Error[] = [];
  const node = new Node({
    id: "five-1",
    boot: 1,
    schemas: [air],
    transport: functionTransport(async ({ payload }) => {
      readings.push(...codec.decode(payload).readings.map(({ values }) => values));
    }),
  });
  const board: ReportingBoard = reportBoard({
    ...{ node, five, reopenMs: 20, everyMs: 200 },
    ...options,
    open: async () => {
      const line = new Line();
      lines.push(line);
      if (!isMute) {
        const device = new FirmataDevice(line.far, {
          analog: { 0: () => 256, 1: () => 700, 2: () => (0.75 / 5) * 1023 },
          i2c: [new Bme280(() => weather), new Sht31(() => weather)],
        });
        closing.push(() => device.close());
      }
      return line;
    },
    onState: (state, cause) => {
      states.push(state);
      if (cause) causes.push(cause);
    },
  });
  closing.push(
    () => node.close(),
    () => board.close(),
  );
  return { board, readings, lines, states, causes };
}

/** One end of a cable in memory, and the other. */
class Line extends Duplex {
  isCut = false;
  readonly far: Duplex;

  constructor() {
    super();
    const near = this;
    this.far = new Duplex({
      read: () => {},
      write(chunk, _encoding, done) {
        if (!near.isCut) near.push(chunk);
        done();
      },
    });
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    if (!this.isCut) this.far.push(chunk);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.far.destroy();
    done(error);
  }
}

function intervalsRunning(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}
