import { describe, expect, test } from "vitest";
import type { FieldPrivacyConfig } from "../config/config.js";
import { resolveNodes } from "../config/resolve-config.js";
import type { Delivery } from "../delivery.js";
import type { Entry } from "../entry.js";
import { interpret } from "../interpret.js";
import { readingRecords } from "../reading-records.js";
import { ReadingTimes } from "../reading-time.js";
import { Registry } from "../registry/registry.js";
import { SchemaReferences } from "../schema-references.js";
import { SchemaSet } from "../schema-set.js";
import { ManualClock } from "../testing/manual-clock.js";
import { START_S, streetAir, streetPayload } from "../testing/street-air.js";
import { EntityView } from "./entity-view.js";

function set(more: { maxNodes?: number } = {}) {
  const clock = new ManualClock();
  clock.wall = (START_S + 600) * 1000;
  const options = {
    registry: new Registry({
      unknown: "accept",
      nodes: resolveNodes({ "a1-b2": { name: "oak-street-12", position: [23.32, 42.69] } }),
    }),
    references: new SchemaReferences(new SchemaSet([streetAir])),
    times: new ReadingTimes(clock),
  };
  const view = new EntityView({
    clock,
    historyPoints: 100,
    maxNodes: 100,
    staleAfterMs: 0,
    firstSeenMs: (node) => (node === "a1-b2" ? START_S * 1000 : clock.wallMs()),
    ...more,
  });
  const delivery = (node: string, number: number, values?: Record<string, number | null>) => {
    const entry: Entry = {
      source: { kind: "mqtt", name: "street" },
      node,
      boot: 1,
      sequence: number,
      payload: streetPayload(number, 1, values),
      arrival: { bootId: 7, monotonicMs: 0, wallMs: clock.wallMs(), quality: "synchronised" },
    };
    return interpret(number + 1, entry, options) as Delivery;
  };
  return { clock, view, delivery };
}

const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

test("shows a value no more whose time is over, nor a field that leaves no more", () => {
  const { clock, view, delivery } = set();
  const known = (fields: Record<string, FieldPrivacyConfig>) =>
    new SchemaSet([streetAir], { "street-air": { fields } }).all;
  for (const number of [0, 1, 2]) view.show(delivery("a1-b2", number));
  const shown = () => [
    view.history("oak-street-12", "temperature", 1e6)?.values,
    view.nodes()[0]?.[1].values.map(({ value }) => value),
    [...view.latest()].map(([, { node, schema, reading }]) => [
      reading.values,
      readingRecords(node, schema, reading).map(({ name }) => name),
    ]),
  ];
  view.expire(known({ temperature: { keepHours: 1 } }));
  expect(shown()).toEqual([
    [20, 20, 20],
    [0.2, 20],
    [[{ pm25: 0.2, temperature: 20 }, ["oak-street-12/pm25", "oak-street-12/temperature"]]],
  ]);
  view.takeChanged();
  clock.wall = (START_S + 60 + 3150) * 1000;
  view.expire(known({ temperature: { keepHours: 1 } }));
  expect(shown()[0]).toEqual([null, null, 20]);
  clock.pass(60_000);
  view.expire(known({ temperature: { keepHours: 1 } }));
  const gone = [
    [null, null, null],
    [0.2, null],
    [[{ pm25: 0.2, temperature: null }, ["oak-street-12/pm25"]]],
  ];
  expect(shown()).toEqual(gone);
  expect(view.takeChanged()).toHaveLength(1);
  view.show(delivery("a1-b2", 3));
  view.expire(known({ temperature: { drop: "pipeline" } }));
  expect(shown()[1]).toEqual([0.3, null]);
});

test("shows how well a node was heard by radio, until a message tells other", () => {
  const { view, delivery } = set();
  const heard = (number: number, rssiDbm?: number) => {
    const one = delivery("a1-b2", number);
    const signal = rssiDbm === undefined ? {} : { signal: { rssiDbm, gateways: 2 } };
    view.show({ ...one, entry: { ...one.entry, ...signal } });
    return view.nodes()[0]?.[1].signal;
  };
  expect(heard(0)).toBeUndefined();
  expect(heard(1, -97)).toEqual({ rssiDbm: -97, gateways: 2 });
  expect(heard(2, -99)).toEqual({ rssiDbm: -99, gateways: 2 });
});

describe("EntityView", () => {
  test("shows the latest reading of a node, whatever comes late", () => {
    const { view, delivery } = set();
    for (const number of [4, 5, 3]) view.show(delivery("a1-b2", number));
    expect(view.nodes()).toEqual([
      [
        "oak-street-12/street-air",
        {
          name: "oak-street-12",
          id: "a1-b2",
          schema: "street-air",
          source: "mqtt street",
          position: [23.32, 42.69],
          observedAt: iso(START_S + 300),
          arrivedAt: iso(START_S + 600),
          clock: "synchronised",
          firstSeenAt: iso(START_S),
          fresh: true,
          readings: 3,
          values: [
            { name: "pm25", title: "PM2.5", unit: "µg/m³", value: 0.5, decimals: 1 },
            { name: "temperature", title: "Air temperature", unit: "°C", value: 20, decimals: 1 },
          ],
        },
      ],
    ]);
    expect(view.history("oak-street-12", "pm25", 90)).toEqual({
      node: "oak-street-12",
      field: "pm25",
      unit: "µg/m³",
      times: [START_S + 240, START_S + 300],
      values: [0.4, 0.5],
    });
    expect(view.history("oak-street-12", "co2", 90)).toBeUndefined();
  });

  test("shows a missing value as missing, and draws no line over it", () => {
    const { view, delivery } = set();
    view.show(delivery("a1-b2", 1));
    view.show(delivery("a1-b2", 2, { pm25: 3, temperature: null }));
    view.show(delivery("a1-b2", 9));
    const [[, node] = []] = view.nodes();
    expect(node?.values[1]?.value).toBe(20);
    expect(view.history("oak-street-12", "temperature", 3600)?.values).toEqual([
      20,
      null,
      null,
      20,
    ]);
  });

  test("tells what changed once, also that a node fell silent", () => {
    const { clock, view, delivery } = set();
    view.show(delivery("a1-b2", 1));
    expect(view.takeChanged().map(([key]) => key)).toEqual(["oak-street-12/street-air"]);
    expect(view.takeChanged()).toEqual([]);
    expect(view.counts()).toEqual({ total: 1, fresh: 1, stale: 0 });
    clock.pass(180_000);
    expect(view.takeChanged()).toEqual([]);
    clock.pass(1);
    expect(view.takeChanged().map(([, { fresh }]) => fresh)).toEqual([false]);
    expect(view.counts()).toEqual({ total: 1, fresh: 0, stale: 1 });
  });

  test("counts bytes against what JSON would take, of what came since the start", () => {
    const { view, delivery } = set();
    view.recall(delivery("a1-b2", 1));
    view.show(delivery("a1-b2", 2));
    const json = `{"t":${START_S + 120},"pm25":0.2,"temperature":20}`;
    expect(view.totals).toEqual({
      messages: 1,
      readings: 1,
      payloadBytes: streetPayload(2).length,
      jsonBytes: json.length,
    });
  });

  test("shows no more nodes than it may: the one silent for longest goes", () => {
    const { view, delivery } = set({ maxNodes: 2 });
    for (const node of ["a", "b", "a", "c"]) view.show(delivery(node, 1));
    expect(view.nodes().map(([key]) => key)).toEqual(["a/street-air", "c/street-air"]);
  });
});
