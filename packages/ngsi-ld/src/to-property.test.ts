import { describe, expect, test } from "vitest";
import { NgsiLdError } from "./error.js";
import { toProperty } from "./to-property.js";

describe("toProperty", () => {
  test("turns the record of RFC 8428 into a Property with UN/CEFACT unit and UTC time", () => {
    const record = {
      name: "urn:dev:ow:10e2073a01080063:temperature",
      unit: "Cel",
      value: 21.5,
      time: 1320067464,
    };
    expect(toProperty(record)).toEqual({
      type: "Property",
      value: 21.5,
      unitCode: "CEL",
      observedAt: "2011-10-31T13:24:24.000Z",
    });
  });

  test("keeps the millisecond of a time", () => {
    const record = { name: "a", value: 1, time: 1320067464.0625 };
    expect(toProperty(record).observedAt).toBe("2011-10-31T13:24:24.063Z");
  });

  test("gives text, booleans, bytes and sums without a unit", () => {
    expect(toProperty({ name: "a", stringValue: "open" })).toEqual({
      type: "Property",
      value: "open",
    });
    expect(toProperty({ name: "a", booleanValue: false })).toEqual({
      type: "Property",
      value: false,
    });
    expect(toProperty({ name: "a", dataValue: new Uint8Array([0xfb, 0xff]) })).toEqual({
      type: "Property",
      value: "-_8",
    });
    expect(toProperty({ name: "a", sum: 12, unit: "kWh" })).toEqual({
      type: "Property",
      value: 12,
      unitCode: "KWH",
    });
  });

  test("refuses a unit that UN/CEFACT has no code for", () => {
    expect(() => toProperty({ name: "water:turbidity", unit: "NTU", value: 4 })).toThrow(
      new NgsiLdError(
        "NGSI_LD_UNKNOWN_UNIT",
        "water:turbidity",
        'the unit "NTU" has no code in UN/CEFACT Recommendation 20',
      ),
    );
  });

  test.each([{}, { value: Number.NaN }, { value: Number.POSITIVE_INFINITY }])(
    "refuses a record without a value: %o",
    (fields) => {
      expect(() => toProperty({ name: "a", ...fields })).toThrow(
        new NgsiLdError("NGSI_LD_NO_VALUE", "a", "the record has no value"),
      );
    },
  );

  test.each([-3, 0, 2 ** 28 - 1, 253402300800, Number.NaN])("refuses %d as a time", (time) => {
    expect(() => toProperty({ name: "a", value: 1, time })).toThrow(
      expect.objectContaining({ code: "NGSI_LD_BAD_TIME", place: "a" }),
    );
  });
});
