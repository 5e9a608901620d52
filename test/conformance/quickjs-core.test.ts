import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { prepareSchema } from "@bollard/payload";
import { readSchemaFile } from "@bollard/schema/file";
import {
  BatchEncoder,
  decodePayload,
  encodePayload,
  layoutFingerprint,
  type Reading,
  type SensorSchema,
} from "@bollard/sdk";
import { beforeAll, describe, expect, test } from "vitest";
import {
  bundleCore,
  measureCore,
  mostBrotliBytes,
  mostBytes,
  runInQuickJs,
} from "../core-size/measure-core.mjs";

const examples = fileURLToPath(new URL("../../examples", import.meta.url));

/** Readings of the example schemas between them have every kind of field that JSON can hold. */
const readings: readonly (readonly [file: string, reading: Reading])[] = [
  [
    "street-air/street-air",
    { time: 1538352143, values: { pm25: 1.3, pm10: 7.3, temperature: 7, humidity: 74.7 } },
  ],
  [
    "schemas/noise",
    {
      time: 1700000000,
      values: {
        laeq: 61.5,
        lamax: 80.1,
        spectrum: Array.from({ length: 31 }, (_, band) => 40 + band / 2),
        overload: false,
      },
    },
  ],
  [
    "schemas/moving-sensor",
    {
      time: 1700000000.25,
      values: {
        position: { latitude: 55.67594, longitude: 12.56553, altitude: 11 },
        speed: 4.2,
        heading: 271,
        pm25: 12.5,
        no2: null,
      },
    },
  ],
  [
    "schemas/node-health",
    {
      time: 86400,
      values: {
        battery: 3600,
        signal: -97,
        resets: 65535,
        lost_reports: 0,
        last_reset: "brown_out",
        firmware: "1.4.2-ü",
        crash: null,
      },
    },
  ],
  [
    "schemas/street-light",
    {
      time: 1700000000,
      values: {
        power_state: "low",
        level: 40,
        power: 62.5,
        voltage: 231,
        energy: 4294967295,
        burning: 3600,
        status: "ok",
        faults: ["driver", "tilt"],
      },
    },
  ],
];

const cases = readings.map(([file, reading]) => {
  const schema = readSchemaFile(`${examples}/${file}.schema.yaml`);
  return { schema, reading };
});

function hexOf(schema: SensorSchema, reading: Reading): string {
  return Buffer.from(encodePayload(schema, reading)).toString("hex");
}

const expected = cases.map(({ schema, reading }) => {
  const hex = hexOf(schema, reading);
  const { readings } = decodePayload(schema, Buffer.from(hex, "hex"));
  return { hex, readings, fingerprint: layoutFingerprint(schema) };
});

/** There is no BigInt where the core starts, and no pattern may be tried once it has. */
const withoutBigInt = "delete globalThis.BigInt; typeof BigInt";
const withoutPatterns = `RegExp.prototype.exec = () => { throw new Error("a pattern was tried") };`;
const encodeAndDecode = `
  JSON.stringify(${JSON.stringify(cases)}.map(({ schema, reading }) => {
    const bytes = core.encodePayload(schema, reading);
    let hex = "";
    for (const byte of bytes) hex += (byte < 16 ? "0" : "") + byte.toString(16);
    const { readings } = core.decodePayload(schema, bytes);
    return { hex, readings, fingerprint: core.layoutFingerprint(schema) };
  }));`;

let whole = "";
beforeAll(async () => {
  whole = await bundleCore("whole");
});

describe("the SDK's main door", () => {
  test("encodes and decodes in QuickJS as in Node, without BigInt and patterns", async () => {
    const result = await runInQuickJs(withoutBigInt, whole, withoutPatterns, encodeAndDecode);
    expect(JSON.parse(String(result))).toEqual(expected);
  });

  test("alone encodes batches in QuickJS as in Node", async () => {
    const [air] = cases;
    if (air === undefined) throw new Error("there is no case");
    const readings = Array.from({ length: 20 }, (_, index) => ({
      time: 1538352143 + 148 * index,
      values: { ...air.reading.values, pm25: 1.3 + index / 10, pm10: index % 3 === 0 ? null : 7 },
    }));
    const encoder = new BatchEncoder(air.schema);
    encoder.open(new Uint8Array(200));
    for (const reading of readings) expect(encoder.append(reading)).toBe(true);
    const script = `
      const encoder = new core.BatchEncoder(${JSON.stringify(air.schema)});
      encoder.open(new Uint8Array(200));
      for (const reading of ${JSON.stringify(readings)}) encoder.append(reading);
      Array.from(encoder.close());`;
    const bytes = await runInQuickJs(
      withoutBigInt,
      await bundleCore("batch"),
      withoutPatterns,
      script,
    );
    expect(bytes).toEqual(Array.from(encoder.close()));
  });

  test("the door for devices does with laid out schemas what the main door does", async () => {
    const laidOut = cases.map(({ schema, reading }) => ({ reading, ...prepareSchema(schema) }));
    const script = `
      JSON.stringify(${JSON.stringify(laidOut)}.map(({ schema, layout, reading }) => {
        const codec = core.compileSchema({ schema, layout });
        const bytes = codec.encode(reading);
        let hex = "";
        for (const byte of bytes) hex += (byte < 16 ? "0" : "") + byte.toString(16);
        return { hex, readings: codec.decode(bytes).readings };
      }));`;
    const core = await bundleCore("device");
    const told = await runInQuickJs(withoutBigInt, core, withoutPatterns, script);
    expect(JSON.parse(String(told))).toEqual(
      expected.map(({ hex, readings }) => ({ hex, readings })),
    );
  });

  test("does the same where code may not be made from text", () => {
    const context = vm.createContext({}, { codeGeneration: { strings: false, wasm: false } });
    expect(() => vm.runInContext("new Function('return 1')", context)).toThrow(/disallowed/);
    vm.runInContext(whole, context);
    expect(JSON.parse(vm.runInContext(encodeAndDecode, context))).toEqual(expected);
  });

  test("keeps its bounds, and a core with a table too many is found out", async () => {
    for (const name of ["device-encode", "device", "encode", "batch", "whole"] as const) {
      const { fits, brotliBytes } = await measureCore(name, mostBytes[name]);
      expect({ name, fits }).toEqual({ name, fits: true });
      expect(brotliBytes).toBeLessThanOrEqual(mostBrotliBytes[name]);
    }
    const oversize = await measureCore("oversize", mostBytes.whole);
    expect(oversize.fits).toBe(false);
    expect(oversize.usedBytes).toBeGreaterThan(mostBytes.whole);
    expect(oversize.brotliBytes).toBeGreaterThan(mostBrotliBytes.whole);
  });
});
