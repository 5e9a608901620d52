import { checkSchema, defineSchema, type FieldInput } from "@bollard/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { learnProfile } from "./learn-profile.js";
import type { Reading } from "./reading.js";
import { readingsArbitrary, schemaArbitrary } from "./testing/index.js";
import { BatchEncoder, compileSchema } from "./with-batch-code.js";

const number: FieldInput = { name: "a", unit: "V", min: 0, max: 1000, resolution: 0.5 };

function learn(fields: readonly FieldInput[], rows: readonly (readonly (number | null)[])[]) {
  const schema = defineSchema({ name: "any", id: 1, time: "none", fields } as never);
  const readings = rows.map((row): Reading => {
    return {
      values: Object.fromEntries(fields.map(({ name }, index) => [name, row[index] ?? null])),
    };
  });
  return learnProfile(schema, readings).fields;
}

describe("learnProfile", () => {
  test("finds the usual step in the unit", () => {
    const rows = Array.from({ length: 40 }, (_, row) => [500 + (row % 4 < 2 ? 0 : 3)]);
    // Every second row is 6 steps off: 11 or 12 is left of it, of which half is the mean step.
    const [field] = learn([number], rows);
    expect(field).toMatchObject({ name: "a", typicalStep: expect.closeTo(1.5, 0) });
    expect(field).not.toHaveProperty("trend");
  });

  test("tells noise from drift", () => {
    const noise = Array.from({ length: 60 }, (_, row) => [500 + (row % 2) * 20]);
    expect(learn([number], noise)[0]).toMatchObject({ trend: "returns" });
    const drift = Array.from({ length: 60 }, (_, row) => [500 + 300 * Math.sin(row / 9)]);
    expect(learn([number], drift)[0]).toMatchObject({ trend: "continues" });
  });

  test("finds a number that moves with the one before it, either way", () => {
    const leader = (row: number) => 500 + ((row * 173) % 200);
    const follower = { ...number, name: "b" };
    const by = (share: number) =>
      learn(
        [number, follower],
        Array.from({ length: 60 }, (_, row) => [leader(row), 500 + share * (leader(row) - 600)]),
      )[1];
    expect(by(0.5)).toMatchObject({ follows: 0.5 });
    expect(by(-0.25)).toMatchObject({ follows: -0.25 });
    expect(by(0)).not.toHaveProperty("follows");
  });

  test("takes a counter's mean increment", () => {
    const counter: FieldInput = { name: "a", kind: "counter", bits: 8 };
    const rows = Array.from({ length: 40 }, (_, row) => [(row * 7) % 256]);
    expect(learn([counter], rows)[0]).toMatchObject({ typicalStep: 7 });
  });

  test("gives a schema that is right, and reads what it wrote", () => {
    const given = schemaArbitrary.chain((schema) =>
      fc.record({ schema: fc.constant(schema), readings: readingsArbitrary(schema, 12) }),
    );
    fc.assert(
      fc.property(given, ({ schema, readings }) => {
        const learnt = learnProfile(schema, readings);
        expect(checkSchema(learnt)).toEqual([]);
        const encoder = new BatchEncoder(learnt);
        encoder.open(new Uint8Array(8192));
        const taken = readings.filter((reading) => encoder.append(reading));
        const options = { arrival: taken[0]?.time ?? 0 };
        expect(compileSchema(learnt).decode(encoder.close(), options).readings).toEqual(taken);
      }),
      { numRuns: 30 },
    );
  });
});
