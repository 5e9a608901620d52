import { describe, expect, test } from "vitest";
import { entityId } from "./entity-id.js";
import { EntityGates } from "./gates/entity-gates.js";
import { controlledProperties, toDevice, toDeviceModel } from "./to-device.js";

const measures = [
  { model: "AirQualityObserved", property: "pm25" },
  { model: "AirQualityObserved", property: "pm10" },
  { model: "WeatherObserved", property: "temperature" },
  { model: "WeatherObserved", property: "relativeHumidity" },
];

describe("what a device measures", () => {
  test("is told in the words of the Device model, each once", () => {
    expect(controlledProperties(measures)).toEqual(["airPollution", "humidity", "temperature"]);
  });

  test("is left out where there is no word for it", () => {
    expect(controlledProperties([{ model: "Elsewhere", property: "toString" }])).toEqual([]);
    const nothing = { id: entityId("Device", "x1"), name: "x1", measures: [] };
    expect(toDevice(nothing)).toBeUndefined();
  });
});

describe("a node and its kind", () => {
  test("pass every gate and know each other", async () => {
    const gates = new EntityGates();
    const model = toDeviceModel({
      id: entityId("DeviceModel", "street-air"),
      name: "street-air",
      manufacturer: "unknown",
      brand: "unknown",
      measures,
      unitCodes: ["CEL", "GQ", "CEL"],
    });
    const device = toDevice({
      id: entityId("Device", "oak-street-12"),
      name: "oak-street-12",
      serialNumber: "a1-b2",
      location: { longitude: 23.32, latitude: 42.69 },
      refDeviceModel: entityId("DeviceModel", "street-air"),
      measures,
    });
    expect(await gates.check(model)).toEqual({ ok: true });
    expect(await gates.check(device)).toEqual({ ok: true });
    expect(device?.refDeviceModel).toEqual({ type: "Relationship", object: model?.id });
    expect(model?.supportedUnits).toEqual({ type: "Property", value: ["CEL", "GQ"] });
  });
});
