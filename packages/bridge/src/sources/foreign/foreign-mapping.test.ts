import { defineSchema } from "@bollard/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ForeignMappingConfig } from "../../config/config.js";
import { resolveConfig } from "../../config/resolve-config.js";
import { SchemaSet } from "../../schema-set.js";
import { ForeignMapping } from "./foreign-mapping.js";

const station = defineSchema({
  name: "station",
  id: 30,
  fields: [
    { name: "temperature", unit: "Cel", min: -40, max: 85, resolution: 0.1 },
    { name: "pressure", unit: "hPa", min: 300, max: 1100, resolution: 0.1, optional: true },
    { kind: "boolean", name: "door", optional: true },
    { kind: "enum", name: "mode", values: ["day", "night"], optional: true },
    { kind: "text", name: "note", maxBytes: 20, optional: true },
  ],
});
const known = new SchemaSet([station]).lookUp("station");
if (!known) throw new Error("no schema");
const bytesOf = (text: string) => new TextEncoder().encode(text);

function make(config: Partial<ForeignMappingConfig>): ForeignMapping {
  const [source] = resolveConfig({
    sources: {
      foreign: [
        {
          name: "roof",
          schema: "station",
          fields: { temperature: { from: "t" } },
          serial: { ports: ["/dev/ttyS0"] },
          ...config,
        },
      ],
    },
  }).sources.foreign;
  if (!source) throw new Error("no source");
  return new ForeignMapping(source);
}

function read(text: string, config: Partial<ForeignMappingConfig>) {
  const mapping = make(config);
  return mapping.readings(mapping.rows(bytesOf(text), 1_790_000_000), known as never);
}

const missing = { pressure: null, door: null, mode: null, note: null };

describe("a mapping of JSON", () => {
  test("finds values by pointer, member and dots, converts units and words, and keeps the resolution", () => {
    const text = JSON.stringify({
      air: [{ kelvin: 294.66 }],
      "p.pa": 101_325,
      contact: { state: "OPEN" },
      mode: 2,
      note: "wet",
      at: "2026-09-10T04:26:40",
    });
    const config: Partial<ForeignMappingConfig> = {
      timeFrom: "at",
      fields: {
        temperature: { from: "/air/0/kelvin", unit: "K" },
        pressure: { from: "p.pa", unit: "Pa" },
        door: { from: "contact.state" },
        mode: { from: "mode", values: { "1": "day", "2": "night" } },
        note: { from: "note" },
      },
    };
    expect(read(text, config)).toEqual([
      {
        timeS: 1_789_014_400,
        values: { temperature: 21.5, pressure: 1013.3, door: true, mode: "night", note: "wet" },
      },
    ]);
  });

  test("takes an array as many readings, and a time in seconds, milliseconds or none", () => {
    const text = '[{"t":1,"at":1789000000},{"t":"2.04","at":1789000000500},{"t":3}]';
    expect(read(text, { timeFrom: "/at" })).toEqual([
      { timeS: 1_789_000_000, values: { temperature: 1, ...missing } },
      { timeS: 1_789_000_000.5, values: { temperature: 2, ...missing } },
      { timeS: undefined, values: { temperature: 3, ...missing } },
    ]);
  });

  test("takes the whole message as a value", () => {
    expect(read("21.5", { fields: { temperature: { from: "" } } })[0]?.values.temperature).toBe(
      21.5,
    );
  });

  test("says in words what does not fit", () => {
    const fails = (text: string, config: Partial<ForeignMappingConfig> = {}) => {
      try {
        read(text, config);
        return "fits";
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(fails("{}")).toBe("temperature is missing");
    expect(fails('{"t":"warm"}')).toBe('temperature is "warm"; it takes a number');
    expect(fails('{"t":500}')).toMatch(/temperature/);
    expect(fails('{"t":1,"at":"noon"}', { timeFrom: "at" })).toBe('"noon" is no time');
    expect(fails('{"t":1}', { fields: { temperature: { from: "t", unit: "hPa" } } })).toBe(
      "temperature: hPa is no unit of Cel",
    );
    expect(fails("not JSON")).toMatch(/JSON/);
    const typo = { temperature: { from: "t" }, presure: { from: "p" } };
    expect(fails('{"t":1}', { fields: typo })).toBe(
      'station has no field "presure"; its fields are temperature, pressure, door, mode, note',
    );
  });
});

describe("a mapping of CSV", () => {
  test("finds values by the names of the columns, and passes over a line that repeats them", () => {
    const config: Partial<ForeignMappingConfig> = {
      format: "csv",
      columns: ["at", "t", "note"],
      delimiter: ";",
      timeFrom: "at",
      fields: { temperature: { from: "t" }, note: { from: "note" } },
    };
    expect(read('at;t;note\n1789000000; 21.5 ;"wet; cold"\n1789000060;21.6\n', config)).toEqual([
      { timeS: 1_789_000_000, values: { temperature: 21.5, ...missing, note: "wet; cold" } },
      { timeS: 1_789_000_060, values: { temperature: 21.6, ...missing } },
    ]);
  });

  test("finds values by the numbers of the columns", () => {
    expect(read("a,21.5", { format: "csv", fields: { temperature: { from: "2" } } })).toEqual([
      { timeS: undefined, values: { temperature: 21.5, ...missing } },
    ]);
  });
});

describe("a mapping of SenML", () => {
  test("takes units, times and the node's id from the pack", () => {
    const config: Partial<ForeignMappingConfig> = {
      format: "senml",
      nodeFrom: "",
      fields: { temperature: { from: "temp" }, pressure: { from: "p" } },
    };
    const text = JSON.stringify([
      { bn: "urn:dev:ow:10e2073a01080063:", bt: 1_789_000_000, n: "temp", u: "K", v: 294.65 },
      { n: "p", u: "Pa", v: 101_300 },
      { n: "temp", u: "Cel", v: 22, t: 60 },
    ]);
    expect(read(text, config)).toEqual([
      { timeS: 1_789_000_000, values: { temperature: 21.5, ...missing, pressure: 1013 } },
      { timeS: 1_789_000_060, values: { temperature: 22, ...missing } },
    ]);
    const mapping = make(config);
    expect(mapping.nodeOf(mapping.rows(bytesOf(text), 0), {})).toBe("urn:dev:ow:10e2073a01080063");
  });
});

test("a node's id comes from the topic, the port, or the message", () => {
  const nodeOf = (config: Partial<ForeignMappingConfig>, text = '{"t":1,"id":7}') => {
    const mapping = make(config);
    return mapping.nodeOf(mapping.rows(bytesOf(text), 0), { node: "lamp", port: "ttyS0" });
  };
  expect(nodeOf({})).toBe("lamp");
  expect(nodeOf({ node: "roof-{port}" })).toBe("roof-ttyS0");
  expect(nodeOf({ node: "{room}" })).toBeUndefined();
  expect(nodeOf({ nodeFrom: "/id" })).toBe("7");
  expect(nodeOf({ nodeFrom: "/name" })).toBeUndefined();
});

test("another mapping has another fingerprint, and the node's name is no part of it", () => {
  const one = make({}).fingerprint;
  expect(make({ node: "roof" }).fingerprint).toBe(one);
  expect(make({ fields: { temperature: { from: "temp" } } }).fingerprint).not.toBe(one);
});

test("any bytes give readings or a reason", () => {
  const format = fc.constantFrom("json" as const, "csv" as const, "senml" as const);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), format, (bytes, how) => {
      const mapping = make({ format: how });
      try {
        mapping.readings(mapping.rows(bytes, 0), known as never);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }),
  );
});
