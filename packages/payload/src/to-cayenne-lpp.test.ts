import { defineSchema } from "@bollard/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readingArbitrary, schemaArbitrary } from "./testing/index.js";
import { toCayenneLpp } from "./to-cayenne-lpp.js";

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const quantity = { min: -1000, max: 200_000, resolution: 0.01 };

describe("toCayenneLpp", () => {
  test("writes the examples of the Cayenne LPP documentation", () => {
    // Two temperature sensors, 27.2 and 25.5 °C on channels 3 and 5; GPS on channel 1.
    const device = defineSchema({
      name: "documented",
      id: 1,
      time: "none",
      fields: [
        { name: "unused", kind: "boolean", optional: true },
        {
          name: "place",
          kind: "position",
          resolution: 0.0001,
          altitude: { min: 0, max: 100, resolution: 0.01 },
          optional: true,
        },
        { name: "also_unused", kind: "boolean", optional: true },
        { name: "inside", unit: "Cel", ...quantity, optional: true },
        { name: "unused_too", kind: "boolean", optional: true },
        { name: "outside", unit: "Cel", ...quantity, optional: true },
      ],
    });
    const temperatures = toCayenneLpp(device, { values: { inside: 27.2, outside: 25.5 } });
    expect(temperatures.losses).toEqual([]);
    expect(hex(temperatures.bytes)).toBe("03670110056700ff");
    const place = { latitude: 42.3519, longitude: -87.9094, altitude: 10 };
    expect(hex(toCayenneLpp(device, { values: { place } }).bytes)).toBe("018806765ff2960a0003e8");
  });

  test("tells what it loses", () => {
    const station = defineSchema({
      name: "station",
      id: 1,
      fields: [
        { name: "temperature", unit: "Cel", ...quantity },
        { name: "humidity", unit: "%RH", min: 0, max: 100, resolution: 0.1 },
        { name: "pressure", unit: "Pa", ...quantity },
        { name: "pm25", unit: "ug/m3", ...quantity },
        { name: "filling", unit: "/100", ...quantity },
        { name: "cars", kind: "counter", bits: 16 },
        { name: "state", kind: "enum", values: ["off", "on"] },
        { name: "faults", kind: "flags", flags: ["lamp", "driver"] },
        { name: "note", kind: "text", maxBytes: 10 },
        { name: "open", kind: "boolean" },
      ],
    });
    const { bytes, losses } = toCayenneLpp(station, {
      time: 1538352143,
      values: {
        temperature: -4.04,
        humidity: 74.6,
        pressure: 102235,
        pm25: 1.25,
        filling: 60,
        cars: 400,
        state: "on",
        faults: ["driver"],
        note: "wet",
        open: true,
      },
    });
    expect(hex(bytes)).toBe(
      "0067ffd801689502732 7f00302007d0402177006000107000209 0001".replaceAll(" ", ""),
    );
    expect(losses).toEqual([
      {
        field: "time",
        kind: "left-out",
        message: "a reading has no time; that of its arrival stands for it",
      },
      { field: "temperature", kind: "rounded", message: "-4.04 travels as -4" },
      { field: "humidity", kind: "rounded", message: "74.6 travels as 74.5" },
      { field: "pressure", kind: "rounded", message: "1022.35 travels as 1022.4" },
      { field: "pm25", kind: "meaning", message: "its unit, ug/m3, is not told" },
      { field: "filling", kind: "meaning", message: "its unit, /100, is not told" },
      {
        field: "cars",
        kind: "left-out",
        message: "400 is out of the range of analog input, -327.68 to 327.67",
      },
      { field: "state", kind: "meaning", message: "its number is told, and not its name" },
      { field: "faults", kind: "meaning", message: "its number is told, and not its name" },
      { field: "note", kind: "left-out", message: "there is no data type for text" },
    ]);
  });

  test("takes any reading, and gives whole items of known types", () => {
    const sizes = new Map([
      [0, 1],
      [2, 2],
      [101, 2],
      [103, 2],
      [104, 1],
      [115, 2],
      [136, 9],
    ]);
    fc.assert(
      fc.property(
        schemaArbitrary.chain((schema) => fc.tuple(fc.constant(schema), readingArbitrary(schema))),
        ([schema, reading]) => {
          const { bytes } = toCayenneLpp(schema, reading);
          let position = 0;
          while (position < bytes.length) {
            position += 2 + (sizes.get(bytes[position + 1] ?? -1) ?? Number.NaN);
          }
          expect(position).toBe(bytes.length);
        },
      ),
    );
  });
});
