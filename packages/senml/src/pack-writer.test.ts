import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allUnits, formatSenmlJson, PackWriter } from "./index.js";

const forms = [
  { name: "pm25", unit: "ug/m3", kind: "value" },
  { name: "open", kind: "booleanValue" },
  { name: "key", kind: "stringValue" },
] as const;

const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9:./_-]{0,6}$/),
  fc.constantFrom("b/b", "3303/0/5700", "3303/0/5701", "place/latitude"),
);
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const anyForm = fc
  .record({
    name,
    unit: fc.option(fc.constantFrom(...allUnits().map((unit) => unit.name)), { nil: undefined }),
    content: fc.oneof(
      fc.constant({ kind: "value" as const, of: finite }),
      fc.constant({ kind: "stringValue" as const, of: fc.string() }),
      fc.constant({ kind: "booleanValue" as const, of: fc.boolean() }),
      fc.constant({ kind: "dataValue" as const, of: fc.uint8Array({ maxLength: 9 }) }),
    ),
  })
  .map(({ content: { kind, of }, unit, ...rest }) => ({
    form: { ...rest, ...(unit !== undefined && { unit }), kind },
    value: fc.option(of as fc.Arbitrary<number | string | boolean | Uint8Array>, {
      nil: undefined,
    }),
  }));
const baseName = fc.oneof(
  fc.constantFrom("oak-street-12/", "urn:dev:mac:0024befffe804ff1:", "b/", "bb", "", "a_"),
  name,
);
const time = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 }), finite);

describe("PackWriter", () => {
  test("writes a pack with what changes in its place", () => {
    const writer = new PackWriter(forms);
    expect(writer.write("oak-street-12/", 1_789_000_000, [8.4, undefined, "3-70"])).toBe(
      '[{"bver":26,"bt":1789000000,"bn":"oak-street-12/","n":"pm25","u":"ug/m3","v":8.4},{"n":"key","vs":"3-70"}]',
    );
    expect(writer.write("elm/", 1_789_000_001.5, [-0, true, '"'])).toBe(
      '[{"bver":26,"bt":1789000001.5,"bn":"elm/","n":"pm25","u":"ug/m3","v":0},{"n":"open","vb":true},{"n":"key","vs":"\\""}]',
    );
  });

  test("writes what the long way writes, whatever the records are", () => {
    fc.assert(
      fc.property(
        fc.array(anyForm, { minLength: 1, maxLength: 6 }).chain((all) =>
          fc.record({
            all: fc.constant(all.map(({ form }) => form)),
            packs: fc.array(fc.tuple(baseName, time, fc.tuple(...all.map(({ value }) => value))), {
              minLength: 1,
              maxLength: 4,
            }),
          }),
        ),
        ({ all, packs }) => {
          const writer = new PackWriter(all);
          for (const [base, at, values] of packs) {
            const records = all.flatMap(({ name, kind, ...rest }, index) =>
              values[index] === undefined
                ? []
                : [{ ...rest, name: `${base}${name}`, [kind]: values[index], time: at }],
            );
            expect(attempt(() => writer.write(base, at, values))).toEqual(
              attempt(() => formatSenmlJson(records)),
            );
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test("refuses what is not SenML as the long way does", () => {
    const writer = new PackWriter(forms);
    expect(() => writer.write("a b/", 1, [1, true, "x"])).toThrow("SENML_BAD_NAME");
    expect(() => writer.write("a/", 1, [Number.NaN, true, "x"])).toThrow("SENML_BAD_NUMBER");
    expect(() => writer.write("a/", Number.NaN, [1, true, "x"])).toThrow("SENML_BAD_NUMBER");
    expect(() => new PackWriter([{ ...forms[0], unit: "furlong" }]).write("a/", 1, [1])).toThrow(
      "SENML_UNKNOWN_UNIT",
    );
  });
});

function attempt(write: () => string): string {
  try {
    return write();
  } catch (error) {
    return String(error);
  }
}
