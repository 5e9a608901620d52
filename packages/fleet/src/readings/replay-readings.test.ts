import { fillDefaults } from "@bollard/schema";
import { expect, test } from "vitest";
import { ReplayReadings } from "./replay-readings.js";

const schema = fillDefaults({
  name: "mast",
  id: 9,
  fields: [
    { name: "temperature", unit: "Cel", min: -40, max: 60, resolution: 0.1 },
    { name: "state", kind: "enum", values: ["off", "on"], optional: true },
  ],
});

test("plays rows in turn, each node from another, on the steps of the schema", () => {
  const replay = new ReplayReadings(schema, "t,temperature,state\n1,3.14,on\n2,99,\n", "a.csv");
  expect([0, 1, 2].map((sequence) => replay.readingOf(0, sequence, 7))).toEqual([
    { time: 7, values: { temperature: 3.1, state: "on" } },
    { time: 7, values: { temperature: 60, state: null } },
    { time: 7, values: { temperature: 3.1, state: "on" } },
  ]);
  expect(replay.readingOf(1, 0, 7)).toEqual(replay.readingOf(0, 1, 7));
});

test.each([
  ["t,state\n1,on\n", /a\.csv:1: there is no column temperature.*there are t, state/],
  ["temperature\n", /a\.csv:2: there is no row/],
  ["temperature,state\n1,on\nwarm,on\n", /a\.csv:3: temperature "warm" is not a number/],
  ["temperature,state\n1,dim\n", /a\.csv:2: state "dim" is none of off, on/],
  ["temperature,state\n,on\n", /a\.csv:2: temperature "" is missing/],
  ["temperature,state\n1,2,3\n", /a\.csv:2: /],
])("names the line of what cannot be replayed: %j", (text, message) => {
  expect(() => new ReplayReadings(schema, text, "a.csv")).toThrow(message);
});
