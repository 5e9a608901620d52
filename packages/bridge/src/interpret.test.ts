import { encodePayload } from "@bollard/payload";
import { defineSchema } from "@bollard/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resolveNodes } from "./config/resolve-config.js";
import type { Interpreted } from "./delivery.js";
import type { Entry } from "./entry.js";
import { type InterpretOptions, interpret } from "./interpret.js";
import { readingRecords } from "./reading-records.js";
import { ReadingTimes } from "./reading-time.js";
import { Registry } from "./registry/registry.js";
import { SchemaReferences } from "./schema-references.js";
import { SchemaSet } from "./schema-set.js";
import { ManualClock } from "./testing/manual-clock.js";
import { START_S, streetAir, streetPayload } from "./testing/street-air.js";

const clock = new ManualClock();
const uptimes = defineSchema({
  name: "counter",
  id: 18,
  time: "uptime",
  fields: [{ kind: "counter", name: "cars", bits: 32 }],
});
const timeless = defineSchema({
  name: "door",
  id: 19,
  time: "none",
  fields: [{ kind: "boolean", name: "open" }],
});
const options: InterpretOptions = {
  registry: new Registry({
    unknown: "hold",
    nodes: resolveNodes({
      "a1-b2": { name: "oak-street-12", calibration: { pm25: { offset: 1 } } },
    }),
  }),
  references: new SchemaReferences(new SchemaSet([streetAir, uptimes, timeless]), {
    ports: new Map([["ttn", { 3: "door" }]]),
  }),
  times: new ReadingTimes(clock),
};

function entryOf(payload: Uint8Array, more: Partial<Entry> = {}): Entry {
  return {
    source: { kind: "mqtt", name: "street" },
    node: "a1-b2",
    boot: 1,
    sequence: 7,
    payload,
    arrival: { bootId: 7, monotonicMs: 0, wallMs: clock.wallMs(), quality: "synchronised" },
    ...more,
  };
}

describe("a field that is kept for an hour", () => {
  const after = (field: "pm25" | "temperature", ageMs: number) => {
    const rules = { "street-air": { fields: { [field]: { keepHours: 1 } } } };
    const references = new SchemaReferences(new SchemaSet([streetAir], rules));
    const { arrival } = entryOf(streetPayload(7));
    const entry = entryOf(streetPayload(7), {
      arrival: { ...arrival, wallMs: clock.wallMs() - ageMs },
    });
    return interpret(40, entry, { ...options, references });
  };
  const valuesOf = (interpreted: Interpreted) =>
    interpreted.kind === "delivery" ? interpreted.readings[0]?.values : interpreted.reason;

  test("is missing from then on, and takes a message along that cannot do without it", () => {
    const hourMs = 3_600_000;
    expect(valuesOf(after("temperature", hourMs - 1))).toEqual({ pm25: 1.7, temperature: 20 });
    expect(valuesOf(after("temperature", hourMs))).toEqual({ pm25: 1.7, temperature: null });
    expect(valuesOf(after("pm25", hourMs))).toBe("expired");
    expect(after("temperature", 0)).toMatchObject({ entry: { payload: new Uint8Array(0) } });
  });
});

function recordsOf(interpreted: Interpreted) {
  if (interpreted.kind !== "delivery") throw new Error(interpreted.detail);
  const { node, schema, readings } = interpreted;
  return readings.flatMap((reading) => readingRecords(node, schema, reading));
}

describe("an entry", () => {
  test("becomes a delivery under the owner's name, calibrated", () => {
    const given = interpret(40, entryOf(streetPayload(7)), options);
    expect(given).toMatchObject({
      kind: "delivery",
      position: 40,
      node: { name: "oak-street-12" },
      readings: [
        {
          key: "1-7",
          timeS: START_S + 420,
          values: { pm25: 1.7, temperature: 20 },
        },
      ],
    });
    expect(recordsOf(given)).toEqual([
      { name: "oak-street-12/pm25", unit: "ug/m3", value: 1.7, time: START_S + 420 },
      { name: "oak-street-12/temperature", unit: "Cel", value: 20, time: START_S + 420 },
    ]);
  });

  test("of an unknown node, an unknown schema or another layout waits for that", () => {
    const setAside = (entry: Entry) => {
      const { kind, ...rest } = interpret(40, entry, options);
      return kind === "set-aside" ? rest : kind;
    };
    const position = 40;
    expect(setAside(entryOf(streetPayload(7), { node: "c3" }))).toEqual({
      position,
      reason: "unknown-node",
      detail: "c3",
    });
    const other = defineSchema({ ...streetAir, id: 99, name: "other" } as never);
    const payload = encodePayload(other, { time: START_S, values: { pm25: 1 } } as never);
    expect(setAside(entryOf(payload))).toEqual({
      position,
      reason: "unknown-schema",
      detail: "99",
    });
    expect(setAside(entryOf(streetPayload(7), { layout: "00112233aabbccdd" }))).toEqual({
      position,
      reason: "unknown-schema",
      detail: "17/00112233aabbccdd",
    });
  });

  test("without a schema id is read by what came beside it", () => {
    const payload = encodePayload(timeless, { values: { open: true } }, { schemaId: false });
    const of = (more: Partial<Entry>) => {
      const interpreted = interpret(40, entryOf(payload, more), options);
      return interpreted.kind === "delivery" ? interpreted.schema.schema.name : interpreted.detail;
    };
    expect(of({ binding: "door" })).toBe("door");
    expect(of({ binding: "19" })).toBe("door");
    expect(of({ binding: "gate" })).toBe("gate");
    const lorawan = { kind: "lorawan", name: "ttn" } as const;
    expect(of({ source: lorawan, binding: 3 })).toBe("door");
    expect(of({ source: lorawan, binding: 19 })).toBe("door");
    expect(of({ source: lorawan, binding: 4 })).toBe("port 4 of ttn");
    expect(of({})).toBe("none");
  });

  test("of a schema that its node does not speak waits too, and by one schema none needs naming", () => {
    const registry = new Registry({
      unknown: "hold",
      nodes: resolveNodes({ "a1-b2": { schemas: ["door"] } }),
    });
    const given = { ...options, registry };
    expect(interpret(40, entryOf(streetPayload(7)), given)).toMatchObject({
      reason: "unknown-schema",
      detail: "17@a1-b2",
    });
    const bare = encodePayload(timeless, { values: { open: true } }, { schemaId: false });
    expect(interpret(40, entryOf(bare), given)).toMatchObject({
      kind: "delivery",
      readings: [{ values: { open: true } }],
    });
    const isKnown = (detail: string, { registry }: InterpretOptions) =>
      options.references.isKnown(detail, (node) => registry.find(node)?.schemas);
    expect(isKnown("17@a1-b2", given)).toBe(false);
    expect(isKnown("17@a1-b2", options)).toBe(true);
    expect(isKnown("19@a1-b2", given)).toBe(true);
  });

  test("after its node was removed is held, and one from before is not", () => {
    const removed = "2026-09-09";
    const registry = new Registry({
      unknown: "hold",
      nodes: resolveNodes({ "a1-b2": { removed } }),
    });
    const at = (wallMs: number) =>
      interpret(
        1,
        entryOf(streetPayload(7), {
          arrival: { bootId: 1, monotonicMs: 0, wallMs, quality: "synchronised" },
        }),
        { ...options, registry },
      );
    expect(at(Date.parse(removed) - 1).kind).toBe("delivery");
    expect(at(Date.parse(removed))).toMatchObject({ reason: "unknown-node", detail: "a1-b2" });
  });

  test("is known once its schema is, in the layout it came in", () => {
    const { references } = options;
    const { fingerprint } = references.find("17") ?? { fingerprint: "" };
    const known = [
      "17",
      "street-air",
      "99",
      "none",
      "17/0011",
      `17/${fingerprint}`,
      "port 4 of ttn",
    ];
    expect(known.map((detail) => references.isKnown(detail, () => undefined))).toEqual([
      ...[true, true, false, false, false, true, false],
    ]);
  });

  test("of a schema with privacy rules leaves without its payload, which holds what may not", () => {
    const fields = { temperature: { drop: "pipeline" } } as const;
    const references = new SchemaReferences(
      new SchemaSet([streetAir], { "street-air": { fields } }),
    );
    const payload = streetPayload(7);
    const given = interpret(40, entryOf(payload), { ...options, references });
    expect(given).toMatchObject({
      entry: { payload: new Uint8Array(0) },
      payloadBytes: payload.length,
      readings: [{ values: { pm25: 1.7 } }],
    });
    expect(recordsOf(given).map(({ name }) => name)).toEqual(["oak-street-12/pm25"]);
    const free = interpret(40, entryOf(payload), options);
    expect(free).toMatchObject({ entry: { payload }, payloadBytes: payload.length });
  });

  test("of any bytes is a delivery or is set aside", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (payload) => {
        expect(["delivery", "set-aside"]).toContain(interpret(1, entryOf(payload), options).kind);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a reading's time", () => {
  const timeOf = (entry: Entry) => {
    const interpreted = interpret(1, entry, options);
    return interpreted.kind === "delivery" ? interpreted.readings[0]?.timeS : interpreted;
  };

  test("is that of its arrival where it carries none", () => {
    const payload = encodePayload(timeless, { values: { open: true } });
    expect(timeOf(entryOf(payload))).toBe(clock.wallMs() / 1000);
  });

  test("is that of its arrival where the node's clock was never set", () => {
    const payload = encodePayload(streetAir, { time: 86_400, values: { pm25: 1 } } as never);
    expect(timeOf(entryOf(payload))).toBe(clock.wallMs() / 1000);
  });

  test("counts from the node's start, as near as the fastest message tells", () => {
    const at = (uptime: number, wallMs: number) => {
      const payload = encodePayload(uptimes, { time: uptime, values: { cars: 1 } });
      const entry = entryOf(payload);
      return timeOf({ ...entry, arrival: { ...entry.arrival, wallMs } });
    };
    const booted = 1_789_000_000;
    expect(at(100, (booted + 103) * 1000)).toBe(booted + 103);
    expect(at(160, (booted + 160.5) * 1000)).toBe(booted + 160.5);
    expect(at(220, (booted + 290) * 1000)).toBe(booted + 220.5);
  });

  test("goes back from its arrival by the node's clock and its rate, where those are known", () => {
    const wallMs = 1_789_000_000_000;
    const at = (uptime: number, nodeClock: Entry["nodeClock"]) => {
      const payload = encodePayload(uptimes, { time: uptime, values: { cars: 1 } });
      const arrival = { bootId: 7, monotonicMs: 0, wallMs, quality: "synchronised" } as const;
      return timeOf(entryOf(payload, { arrival, ...(nodeClock && { nodeClock }) }));
    };
    // 1000 s by a clock that is 2 % slow were 1020.
    expect(at(500, { uptimeMs: 1_500_250, slowPpm: 20_000 })).toBe(wallMs / 1000 - 1020.255);
    expect(at(500, { uptimeMs: 499_000, slowPpm: 0 })).toBe(wallMs / 1000);
    // The node's 32 bits of milliseconds have wrapped, its seconds have not.
    const wrapped = { uptimeMs: (5_000_000 * 1000 + 3000) % 2 ** 32, slowPpm: -100 };
    expect(at(5_000_000, wrapped)).toBe(wallMs / 1000 - 3);
  });

  test("is that of its receipt by the network server, where it waited there", () => {
    const payload = encodePayload(timeless, { values: { open: true } });
    expect(timeOf(entryOf(payload, { receivedMs: 1_788_000_000_500 }))).toBe(1_788_000_000.5);
  });

  test("is mended where the wall clock was set after the arrival", () => {
    const payload = encodePayload(timeless, { values: { open: true } });
    const arrivedMs = clock.monotonicMs();
    const entry = entryOf(payload, {
      arrival: { bootId: clock.bootId, monotonicMs: arrivedMs, wallMs: 5000, quality: "unset" },
    });
    clock.pass(60_000);
    expect(timeOf(entry)).toBe((clock.wallMs() - 60_000) / 1000);
    expect(timeOf({ ...entry, arrival: { ...entry.arrival, bootId: 99 } })).toBe(5);
  });
});
