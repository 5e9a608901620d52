import { EntityGates } from "@bollard/ngsi-ld";
import { decodePayload } from "@bollard/payload";
import { fillDefaults } from "@bollard/schema";
import { decodeSenmlCbor, parseSenmlJson } from "@bollard/senml";
import { describe, expect, test } from "vitest";
import { type PayloadFormName, type PayloadFormOptions, payloadFormOf } from "./payload-form.js";
import { ReadingSource } from "./reading-source.js";

const schema = fillDefaults({
  name: "air",
  id: 9,
  time: "absolute",
  fields: [
    {
      name: "temperature",
      unit: "Cel",
      min: -40,
      max: 60,
      resolution: 0.1,
      maps: { AirQualityObserved: "temperature" },
    },
    { name: "open", kind: "boolean" },
  ],
});
const reading = { time: 1_768_435_200, values: { temperature: 21.5, open: true } };
const options: PayloadFormOptions = {
  form: "json",
  schema,
  street: "air",
  run: 7,
  place: { latitude: 48.2, longitude: 16.37, radiusM: 500 },
  seed: 1,
};

function write(form: PayloadFormName, more: Partial<PayloadFormOptions> = {}): Buffer {
  const made = payloadFormOf({ ...options, form, ...more });
  const buffer = Buffer.alloc(made.maxBytes + 3);
  const length = made.write(buffer, 3, 11, 4, reading);
  return buffer.subarray(3, 3 + length);
}

describe("payload forms", () => {
  test("ours is read by the payload package, with the message's key", () => {
    expect(decodePayload(schema, write("bollard"))).toMatchObject({
      key: { boot: 7, sequence: 4 },
      readings: [reading],
    });
  });

  test("SenML, both ways, and JSON say whose they are, and that it is simulated", () => {
    const records = parseSenmlJson(write("senml-json").toString());
    expect(records[0]).toMatchObject({
      name: "simulated-air-12/temperature",
      unit: "Cel",
      value: 21.5,
      time: reading.time,
    });
    expect(decodeSenmlCbor(write("senml-cbor"))).toEqual(records);
    expect(JSON.parse(write("json").toString())).toEqual({
      simulated: true,
      node: "simulated-air-12",
      schema: "air",
      sequence: 4,
      ...reading,
    });
  });

  test("NGSI-LD passes every gate", async () => {
    const entity = JSON.parse(write("ngsi-ld").toString());
    expect(entity).toMatchObject({
      id: "urn:ngsi-ld:AirQualityObserved:simulated-air-12",
      dataProvider: { value: "simulated by Bollard fleet" },
      temperature: { value: 21.5, unitCode: "CEL" },
    });
    expect(await new EntityGates().check(entity)).toEqual({ ok: true });
  });

  test("a template is filled in", () => {
    const text = write("template", { template: "{node};{time};{temperature};{open};{sequence}" });
    expect(text.toString()).toBe("simulated-air-12;1768435200;21.5;true;4");
  });

  test.each([
    [
      { form: "template", template: "{temprature}" },
      /\{temprature\} stands for nothing.*temperature/,
    ],
    [{ form: "ngsi-ld", model: "Streetlight" }, /air does not map to Streetlight; it maps to Air/],
  ] as const)("refuses what cannot be: %j", (more, message) => {
    expect(() => payloadFormOf({ ...options, ...more })).toThrow(message);
  });
});

describe("ReadingSource", () => {
  const source = (more = {}) =>
    new ReadingSource({
      readings: { readingOf: (_, __, timeS) => ({ ...reading, time: timeS }) },
      form: payloadFormOf(options),
      seed: 1,
      timeOf: (dueMs) => dueMs / 1000,
      dropout: 0,
      faults: {},
      ...more,
    });
  const message = { node: 3, slot: 2, sequence: 2, dueMs: 5000, hasFaults: true };
  const text = (made: ReadingSource, of = message) => {
    const buffer = Buffer.alloc(made.maxBytes);
    return buffer.subarray(0, made.write(buffer, 0, of)).toString();
  };
  const isFaulty = (node: number) => node === 3;

  test("a clock is wrong, and payloads are damaged, of faulty nodes and while faults are on", () => {
    const skewed = source({ faults: { clockSkew: { isFaulty, seconds: 3600 } } });
    expect(JSON.parse(text(skewed)).time).toBe(3605);
    expect(JSON.parse(text(skewed, { ...message, hasFaults: false })).time).toBe(5);
    expect(JSON.parse(text(skewed, { ...message, node: 4 })).time).toBe(5);
    const bad = source({ faults: { badPayload: { isFaulty, every: 2 } } });
    expect(() => JSON.parse(text(bad))).toThrow();
    expect(JSON.parse(text(bad, { ...message, sequence: 3 })).sequence).toBe(3);
  });

  test("drops out as often as it is said to, and always at the same messages", () => {
    const drops = source({ dropout: 0.2 });
    const skipped = Array.from({ length: 1000 }, (_, slot) =>
      drops.isSkipped({ ...message, slot }),
    );
    const share = skipped.filter(Boolean).length / 1000;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.25);
  });
});
