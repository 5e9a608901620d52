import { EntityGates, entityId, toEntity } from "@bollard/ngsi-ld";
import { defineSchema } from "@bollard/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  iotAgentPath,
  os2iotPath,
  parseIotAgentCommands,
  parseThingsBoardRpc,
  plainValues,
  sensorThingsLookup,
  toDataArrays,
  toIotAgentGroups,
  toIotAgentMeasure,
  toOs2iotMessage,
  toOs2iotPayload,
  toThing,
  toThingsBoardTelemetry,
} from "./index.js";
import {
  decodeSparkplug,
  encodeSparkplug,
  parseSparkplugState,
  sparkplugCommands,
  toDeviceBirth,
  toDeviceData,
} from "./sparkplug.js";

const everyKind = defineSchema({
  name: "every-kind",
  id: 9,
  fields: [
    {
      name: "humidity",
      unit: "%RH",
      min: 0,
      max: 100,
      resolution: 0.1,
      maps: { WeatherObserved: { property: "relativeHumidity", unit: "/" } },
    },
    { kind: "counter", name: "cars", bits: 32 },
    { kind: "boolean", name: "door" },
    { kind: "enum", name: "mode", values: ["day", "night"] },
    { kind: "flags", name: "faults", flags: ["low", "wet"] },
    { kind: "position", name: "place", resolution: 0.00001 },
    { kind: "duration", name: "open", max: 3600, resolution: 1 },
    { kind: "text", name: "note", maxBytes: 20 },
    { kind: "bytes", name: "raw", maxBytes: 4 },
    { kind: "array", name: "bands", length: 2, unit: "dB", min: 0, max: 120, resolution: 1 },
  ],
  commands: [
    { name: "reboot", id: 1 },
    {
      name: "dim",
      id: 2,
      fields: [{ name: "level", unit: "/", min: 0, max: 1, resolution: 0.01 }],
    },
  ],
});

const reading = {
  key: "3-70",
  timeS: 1_789_000_000,
  values: {
    humidity: 55.3,
    cars: 4_000_000_000,
    door: false,
    mode: "night",
    faults: ["wet"],
    place: { latitude: 42.69, longitude: 23.32 },
    open: 60,
    note: "søndag",
    raw: Uint8Array.of(1, 2, 255),
    bands: [40, 50],
  },
};
const missing = { ...reading, key: "3-71", values: { humidity: null } };

describe("plainValues", () => {
  test("leaves out what was not measured, and writes bytes as base64", () => {
    expect(plainValues(missing)).toEqual({});
    expect(plainValues(reading)).toEqual({ ...reading.values, raw: "AQL/" });
  });
});

describe("ThingsBoard", () => {
  test("has a place where its maps look for it, and the time of each reading in ms", () => {
    const message = toThingsBoardTelemetry("lamp-7", [reading, missing]);
    const { place, ...others } = reading.values;
    expect(message?.topic).toBe("v1/gateway/telemetry");
    expect(JSON.parse(String(message?.payload))).toEqual({
      "lamp-7": [{ ts: 1_789_000_000_000, values: { ...others, ...place, raw: "AQL/" } }],
    });
    expect(toThingsBoardTelemetry("lamp-7", [missing])).toBeUndefined();
  });

  test("an answer of our own on the same topic is no request, and neither is noise", () => {
    const request = { device: "lamp-7", data: { id: 3, method: "dim", params: { level: 1 } } };
    expect(parseThingsBoardRpc(JSON.stringify(request))).toMatchObject({
      ...{ node: "lamp-7", command: "dim", requestId: 3, values: { level: 1 } },
    });
    expect(
      parseThingsBoardRpc('{"device":"lamp-7","id":3,"data":{"success":true}}'),
    ).toBeUndefined();
    fc.assert(fc.property(fc.uint8Array(), (bytes) => parseThingsBoardRpc(bytes) === undefined));
  });
});

describe("FIWARE's IoT Agent", () => {
  test("has a group a model, units declared there, commands in the first", () => {
    expect(toIotAgentGroups(everyKind, "street")).toEqual([
      {
        apikey: "street-WeatherObserved",
        resource: "/iot/json",
        entity_type: "WeatherObserved",
        attributes: [
          {
            object_id: "relativeHumidity",
            name: "relativeHumidity",
            type: "Number",
            metadata: { unitCode: { type: "Text", value: "C62" } },
          },
          { object_id: "location", name: "location", type: "geo:json" },
        ],
        commands: [
          { object_id: "reboot", name: "reboot", type: "command" },
          { object_id: "dim", name: "dim", type: "command" },
        ],
      },
    ]);
  });

  test("a measure is what passed the gates, in the model's units, with its TimeInstant", async () => {
    const entity = toEntity([{ name: "h", unit: "%RH", value: 55.3, time: reading.timeS }], {
      id: entityId("WeatherObserved", "lamp-7"),
      type: "WeatherObserved",
      properties: { h: "relativeHumidity" },
      location: { latitude: 42.69, longitude: 23.32 },
    });
    expect(await new EntityGates().check(entity)).toMatchObject({ ok: true });
    expect(toIotAgentMeasure(entity)).toEqual({
      TimeInstant: "2026-09-10T00:26:40.000Z",
      relativeHumidity: 0.553,
      location: { type: "Point", coordinates: [23.32, 42.69] },
    });
  });

  test("paths and commands are its own, and those of other groups are not ours", () => {
    expect(iotAgentPath("lamp 7", "WeatherObserved", "street")).toBe(
      "/iot/json?k=street-WeatherObserved&i=lamp+7",
    );
    const asked = parseIotAgentCommands("/street-Lamp/lamp-7/cmd", '{"dim":{"level":1}}', "street");
    expect(asked).toMatchObject([{ node: "lamp-7", command: "dim", values: { level: 1 } }]);
    expect(parseIotAgentCommands("/other-Lamp/lamp-7/cmd", '{"dim":{}}', "street")).toEqual([]);
    expect(parseIotAgentCommands("/street-Lamp/lamp-7/cmd", "[1]", "street")).toEqual([]);
  });
});

describe("OS2iot", () => {
  test("gets an object, whatever there is to tell", () => {
    const payload = toOs2iotPayload("lamp-7", "every-kind", missing);
    expect(payload).toEqual({
      ...{ node: "lamp-7", schema: "every-kind", key: "3-71" },
      ...{ time: "2026-09-10T00:26:40.000Z", values: {} },
    });
    const device = { organization: 1, application: 2, device: 17 };
    expect(toOs2iotMessage(device, payload).topic).toBe("devices/1/2/17");
    expect(os2iotPath("a b&c")).toBe("/api/v1/receive-data?apiKey=a+b%26c");
  });
});

describe("SensorThings", () => {
  test("is told of a Thing with a Datastream for each field", () => {
    const thing = toThing({ name: "lamp-7" }, everyKind) as { Datastreams: { name: string }[] };
    expect(thing.Datastreams.map(({ name }) => name)).toEqual(
      everyKind.fields.map(({ name }) => `every-kind/${name}`),
    );
    expect(thing).not.toHaveProperty("Locations");
    expect(sensorThingsLookup("o'neill")).toContain("o%27%27neill");
  });

  test("gets data arrays of what it has Datastreams for, positions as points", () => {
    const ids = new Map([
      ["every-kind/cars", 4],
      ["every-kind/place", 7],
    ]);
    const arrays = toDataArrays("every-kind", [reading, missing], (name) => ids.get(name));
    expect(arrays.map((one) => [one.Datastream["@iot.id"], one.dataArray[0]?.[2]])).toEqual([
      [4, 4_000_000_000],
      [7, { type: "Point", coordinates: [23.32, 42.69] }],
    ]);
  });
});

describe("Sparkplug B", () => {
  test("a birth names every metric that data may have, with its type", () => {
    const birth = toDeviceBirth([{ schema: everyKind }], 1, 5);
    const types = new Map(birth.metrics.map(({ name, type }) => [name, type]));
    const data = toDeviceData(everyKind, [{ reading, isHistorical: true }], 2, 6);
    expect(data.metrics.length).toBe(13);
    for (const { name, type, isHistorical, value } of data.metrics) {
      expect([name, types.get(name)]).toEqual([name, type]);
      expect(isHistorical).toBe(true);
      expect(value).not.toBeNull();
    }
    expect(types.get("every-kind/Command/dim")).toBe("String");
    expect(types.get("every-kind/Command/reboot")).toBe("Boolean");
    expect(birth.metrics.find(({ name }) => name.endsWith("humidity"))).toMatchObject({
      value: null,
      properties: { engUnit: "%" },
    });
  });

  test("bytes and back give the same, also 0, false and what is not known", () => {
    const data = toDeviceData(everyKind, [{ reading, isHistorical: false }], 0, 6);
    const back = decodeSparkplug(encodeSparkplug(data));
    expect(back?.seq).toBe(0);
    expect(back?.metrics.map(({ name, value }) => [name, plain(value)])).toEqual(
      data.metrics.map(({ name, value }) => [name, plain(value)]),
    );
    const birth = toDeviceBirth([{ schema: everyKind }], 255, 1);
    expect(decodeSparkplug(encodeSparkplug(birth))?.metrics[0]?.value).toBeNull();
  });

  test("noise is no payload, no state and no command", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const payload = decodeSparkplug(bytes);
        if (payload) sparkplugCommands("lamp-7", payload);
        expect(parseSparkplugState(bytes)).toBeUndefined();
      }),
    );
  });
});

function plain(value: unknown): unknown {
  return value instanceof Uint8Array ? [...value] : value;
}
