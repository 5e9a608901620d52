import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { entityId, lintEntityName } from "./entity-id.js";

describe("entityId", () => {
  test.each([
    ["radhuspladsen-3", "urn:ngsi-ld:Device:radhuspladsen-3"],
    ["Rådhuspladsen 3", "urn:ngsi-ld:Device:R%C3%A5dhuspladsen%203"],
    ["north:lamp/12", "urn:ngsi-ld:Device:north:lamp/12"],
    ["lamp-28079004", "urn:ngsi-ld:Device:lamp-28079004"],
    ["v1.2-prototype", "urn:ngsi-ld:Device:v1.2-prototype"],
  ])("%s becomes %s", (name, id) => {
    expect(entityId("Device", name)).toBe(id);
  });

  test.each([
    ["192.168.1.20", "holds an IP address"],
    ["sensor-10.0.0.7", "holds an IP address"],
    ["fe80::1", "is an IP address"],
    ["pi3.local", "is a host name"],
    ["bridge.city.example:1883", "is a host name"],
    ["localhost", "is a host name"],
    ["https://city.example/3", "is a URL"],
    ["42", "is a row number"],
    ["#7", "is a row number"],
    ["row-12", "is a row number"],
    ["id 9", "is a row number"],
    ["/dev/ttyUSB0", "is a serial port"],
    ["COM3", "is a serial port"],
    [" ", "is empty"],
    ["a\nb", "holds a control character"],
    ["\ud800", "holds half a character"],
    ["x".repeat(201), "is longer than 200 characters"],
  ])("refuses the name %j: it %s", (name, fault) => {
    expect(lintEntityName(name)).toBe(fault);
    expect(() => entityId("Device", name)).toThrow(
      expect.objectContaining({ code: "NGSI_LD_BAD_ID", place: name }),
    );
  });

  test("refuses a type that is no term", () => {
    expect(() => entityId("Air Quality", "lamp")).toThrow(
      expect.objectContaining({ code: "NGSI_LD_BAD_ID", place: "Air Quality" }),
    );
  });

  test("any accepted name gives an ASCII URN without spaces, and two names two ids", () => {
    const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
    const good = name.filter((text) => lintEntityName(text) === undefined);
    fc.assert(
      fc.property(good, good, (one, other) => {
        expect(entityId("Device", one)).toMatch(/^urn:ngsi-ld:Device:[!-~]+$/);
        const same = one.trim().normalize("NFC") === other.trim().normalize("NFC");
        expect(entityId("Device", one) === entityId("Device", other)).toBe(same);
      }),
    );
  });
});
