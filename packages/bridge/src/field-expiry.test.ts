import { encodePayload } from "@bollard/payload";
import { defineSchema } from "@bollard/schema";
import { Spool } from "@bollard/spool";
import { MemoryDisk } from "@bollard/spool/testing";
import { afterEach, expect, test } from "vitest";
import { Alarms } from "./alarms.js";
import type { SchemaPrivacyConfig } from "./config/config.js";
import { decodeEntry, type Entry, encodeEntry } from "./entry.js";
import { FieldExpiry } from "./field-expiry.js";
import { ReadingTimes } from "./reading-time.js";
import { SchemaReferences } from "./schema-references.js";
import { SchemaSet } from "./schema-set.js";
import { ManualClock } from "./testing/manual-clock.js";
import { silent } from "./testing/street.js";

const gate = defineSchema({
  name: "gate",
  id: 40,
  fields: [
    { kind: "text", name: "plate", maxBytes: 12, optional: true, concernsPersons: true },
    { kind: "text", name: "driver", maxBytes: 12, optional: true, concernsPersons: true },
    { name: "level", unit: "dB", min: 0, max: 140, resolution: 0.1 },
  ],
});
const HOUR_MS = 3_600_000;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A spool in memory, and what takes fields out of it. */
async function open(privacy: SchemaPrivacyConfig) {
  const clock = new ManualClock();
  const disk = new MemoryDisk();
  const spool = await Spool.open({ dir: "/spool", fs: disk.start(), clock, maxBytes: 2 ** 24 });
  const schemas = new SchemaSet([gate], { gate: privacy });
  const references = new SchemaReferences(schemas, { mapped: new Map([["zigbee", "gate"]]) });
  const alarms = new Alarms(clock);
  let onSwept = () => {};
  const expiry = new FieldExpiry({
    ...{ spool, clock, alarms, log: silent, times: new ReadingTimes(clock) },
    schemas: () => schemas.all,
    schemaOf: (entry) => references.schemaOf(entry),
    onSwept: () => onSwept(),
  });
  closing.push(
    () => expiry.close(),
    () => spool.close(),
  );
  const swept = (begin: () => void) =>
    new Promise<void>((resolve) => {
      onSwept = resolve;
      begin();
    });
  let sequence = 0;
  const payloads: Uint8Array[] = [];
  const append = async (more: Partial<Entry> = {}) => {
    sequence++;
    const values = { plate: `AB ${sequence}`, driver: `Eve ${sequence}`, level: sequence };
    const entry: Entry = {
      source: { kind: "mqtt", name: "street" },
      ...{ node: "lamp-12", boot: 1, sequence },
      payload: encodePayload(gate, { time: 1_789_000_000, values }),
      arrival: {
        ...{ bootId: clock.bootId, monotonicMs: clock.monotonicMs() },
        ...{ wallMs: clock.wallMs(), quality: clock.quality() },
      },
      ...more,
    };
    payloads.push(entry.payload);
    const { bytes, ...rest } = encodeEntry(entry);
    spool.append(bytes, rest);
    await spool.commit();
  };
  /** Whether the message of this number is in a file as it came. */
  const onDisk = (number: number) => {
    const payload = Buffer.from(payloads[number - 1] ?? "none");
    return disk.paths.some((path) => disk.shown(path)?.includes(payload));
  };
  const readings = async () => {
    const found: (readonly unknown[])[] = [];
    for await (const run of spool.replay()) {
      for (const stored of run) {
        const { sequence, payload } = decodeEntry(stored);
        const values = schemas.find(40)?.codec.decode(payload).readings[0]?.values ?? {};
        found.push([sequence, values.plate, values.driver, values.level]);
      }
    }
    return found;
  };
  return { clock, disk, spool, alarms, expiry, swept, append, onDisk, readings };
}

const allow = "access control, agreed with the works council";

test("each field is off the disk by the end of its time, and nothing else is", async () => {
  const street = await open({
    fields: { plate: { allow, keepHours: 1 }, driver: { drop: "pipeline", keepHours: 24 } },
  });
  await street.append();
  await street.swept(() => street.expiry.start());
  expect(street.onDisk(1)).toBe(true);
  await street.swept(() => street.clock.pass(HOUR_MS / 2));
  await street.append();
  await street.swept(() => street.clock.pass(HOUR_MS / 2));
  expect([street.onDisk(1), street.onDisk(2)]).toEqual([false, true]);
  expect(await street.readings()).toEqual([
    [1, null, "Eve 1", 1],
    [2, "AB 2", "Eve 2", 2],
  ]);
  await street.swept(() => street.clock.pass(22.25 * HOUR_MS));
  expect(await street.readings()).toEqual([
    [1, null, null, 1],
    [2, null, "Eve 2", 2],
  ]);
  await street.swept(() => street.clock.pass(HOUR_MS));
  expect(await street.readings()).toEqual([
    [1, null, null, 1],
    [2, null, null, 2],
  ]);
});

test("what cannot do without the field, or cannot be read, goes as a whole", async () => {
  const { clock, expiry, swept, append, onDisk } = await open({
    fields: { plate: { allow, keepHours: 1 }, level: { keepHours: 1 } },
  });
  await append();
  const values = { plate: "AB 2", driver: "Eve 2", level: 2 };
  await append({ payload: encodePayload(gate, { time: 1_789_000_000, values }).subarray(0, -1) });
  const payload = Buffer.from('{"plate":"AB 9"}');
  await append({ source: { kind: "foreign", name: "zigbee" }, payload });
  // Of this one's schema nothing is known.
  const other = { ...gate, name: "other", id: 41 };
  await append({ payload: encodePayload(other, { time: 1_789_000_000, values }) });
  await swept(() => expiry.start());
  expect(onDisk(3)).toBe(true);
  await swept(() => clock.pass(HOUR_MS));
  expect([1, 2, 3, 4].map(onDisk)).toEqual([false, false, false, true]);
});

test("a disk that refuses is told, and tried again in a minute", async () => {
  const { clock, disk, alarms, expiry, swept, append, onDisk } = await open({
    fields: { plate: { allow, keepHours: 1 } },
  });
  await append();
  await swept(() => expiry.start());
  disk.failWhen((operation) => (operation === "write" ? "EIO" : undefined));
  await swept(() => clock.pass(HOUR_MS));
  expect(alarms.list().map(({ code }) => code)).toEqual(["PRIVACY_KEPT_TOO_LONG"]);
  expect(onDisk(1)).toBe(true);
  disk.heal();
  await swept(() => clock.pass(60_000));
  expect([alarms.list(), onDisk(1)]).toEqual([[], false]);
});

test("what a wrong clock dated far ahead is not kept for as long as that", async () => {
  const { clock, expiry, swept, append, onDisk } = await open({
    fields: { plate: { allow, keepHours: 1 } },
  });
  clock.wall += 1000 * HOUR_MS;
  await append();
  clock.wall -= 1000 * HOUR_MS;
  await append();
  await swept(() => expiry.start());
  expect([onDisk(1), onDisk(2)]).toEqual([false, true]);
  await swept(() => clock.pass(HOUR_MS));
  expect(onDisk(2)).toBe(false);
});
