import {
  type Entity,
  EntityGates,
  type EntityMapping,
  entityId,
  modelNames,
  toEntity,
} from "@bollard/ngsi-ld";
import type { ResolvedRecord } from "@bollard/senml";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** One node's reading for each model, and that every entity made of it passes the gates. */
const time = 1_764_000_000;
const location = { latitude: 55.6759, longitude: 12.5655 };
const refDevice = entityId("Device", "radhuspladsen-3");

type Measured = readonly [unit: string, value: number] | boolean | string;

interface ReadingCase {
  /** Property to unit and value, or a boolean or text. */
  readonly measured: Readonly<Record<string, Measured>>;
  readonly mapping?: Partial<EntityMapping>;
  /** Some of what the entity must say, in key-values form. */
  readonly says: Readonly<Record<string, unknown>>;
}

const cases: Readonly<Record<string, ReadingCase>> = {
  AirQualityObserved: {
    measured: {
      pm1: ["ug/m3", 4.1],
      pm25: ["ug/m3", 7.25],
      pm10: ["ug/m3", 11.5],
      no2: ["ug/m3", 23],
      o3: ["ppb", 31],
      co2: ["ppm", 415],
      temperature: ["K", 294.65],
      relativeHumidity: ["%RH", 55.3],
      pressure: ["Pa", 101325],
      windDirection: ["deg", 270],
      windSpeed: ["km/h", 18],
    },
    says: {
      temperature: 21.5,
      relativeHumidity: 0.553,
      pressure: 1013.25,
      windDirection: -90,
      windSpeed: 5,
    },
  },
  WeatherObserved: {
    measured: {
      temperature: ["Cel", 21.5],
      relativeHumidity: ["%RH", 55.3],
      atmosphericPressure: ["Pa", 101325],
      precipitation: ["mm", 0.2],
      windDirection: ["deg", 270],
      windSpeed: ["m/s", 5],
      illuminance: ["lx", 1200],
      snowHeight: ["m", 0.12],
    },
    says: { relativeHumidity: 0.553, atmosphericPressure: 1013.25, snowHeight: 12 },
  },
  NoiseLevelObserved: {
    measured: { LAeq: ["dB", 61.2], LAmax: ["dB", 78.9] },
    mapping: { periodS: 300 },
    says: {
      LAeq: 61.2,
      dateObservedFrom: "2025-11-24T15:55:00.000Z",
      dateObservedTo: "2025-11-24T16:00:00.000Z",
    },
  },
  TrafficFlowObserved: {
    measured: {
      intensity: ["count", 97],
      occupancy: ["/100", 12],
      averageVehicleSpeed: ["m/s", 12.5],
      congested: false,
    },
    mapping: { periodS: 60, constants: { laneId: 1, laneDirection: "forward" } },
    says: { intensity: 97, occupancy: 0.12, averageVehicleSpeed: 45, congested: false },
  },
  CrowdFlowObserved: {
    measured: { peopleCount: ["count", 12], peopleCountTowards: ["count", 7] },
    mapping: { periodS: 60, constants: { direction: "inbound" } },
    says: { peopleCount: 12 },
  },
  ParkingSpot: {
    measured: { status: true },
    mapping: {
      constants: { category: ["onStreet"], name: "A-13" },
      relationships: { refParkingSite: entityId("OnStreetParking", "vesterbro") },
    },
    says: { status: "occupied", refDevice: [refDevice] },
  },
  OnStreetParking: {
    measured: { availableSpotNumber: ["count", 4], occupiedSpotNumber: ["count", 9] },
    mapping: { constants: { totalSpotNumber: 13, category: ["free"] } },
    says: { availableSpotNumber: 4 },
  },
  Streetlight: {
    measured: {
      powerState: true,
      illuminanceLevel: ["/100", 80],
      voltage: ["mV", 229_500],
      current: ["A", 0.31],
    },
    mapping: { constants: { status: "ok" } },
    says: { powerState: "on", illuminanceLevel: 0.8, voltage: 229.5 },
  },
  WasteContainer: {
    measured: { fillingLevel: ["/100", 62], temperature: ["Cel", 9], cargoWeight: ["g", 12_500] },
    mapping: { constants: { status: "ok", storedWasteKind: "glass" } },
    says: { fillingLevel: 0.62, cargoWeight: 12.5 },
  },
  WaterQualityObserved: {
    measured: {
      temperature: ["Cel", 12.5],
      pH: ["pH", 7.4],
      conductivity: ["S/m", 0.05],
      turbidity: ["NTU", 3.2],
      flow: ["m3/s", 0.5],
      Fe: ["ug/l", 40],
    },
    says: { pH: 7.4, turbidity: 3.2, flow: 1800, Fe: 0.04 },
  },
  WaterObserved: {
    measured: { waterLevel: ["cm", 132], flow: ["m3/s", 2.1] },
    says: { waterLevel: 1.32, flow: 2.1 },
  },
  FloodMonitoring: {
    measured: { currentLevel: ["mm", 1320], measuredDistance: ["m", 2.88] },
    mapping: { constants: { referenceLevel: 4.2, alertLevel: 2, stationID: "havnen" } },
    says: { currentLevel: 1.32, observationDateTime: "2025-11-24T16:00:00.000Z" },
  },
  Device: {
    measured: { batteryLevel: ["%EL", 87], rssi: ["dBm", -91] },
    mapping: {
      constants: { controlledProperty: ["airPollution", "temperature"], firmwareVersion: "1.4.0" },
      relationships: {
        controlledAsset: [entityId("Streetlight", "radhuspladsen-3")],
        refDeviceModel: entityId("DeviceModel", "street-air"),
      },
    },
    says: { batteryLevel: 0.87, dateLastValueReported: "2025-11-24T16:00:00.000Z" },
  },
  DeviceModel: {
    measured: {},
    mapping: {
      constants: {
        category: ["sensor"],
        controlledProperty: ["airPollution"],
        manufacturerName: "Example Works",
        brandName: "Example",
        modelName: "street-air",
      },
    },
    says: { modelName: "street-air" },
  },
  DeviceMeasurement: {
    measured: { numValue: ["ug/m3", 7.25] },
    mapping: { constants: { controlledProperty: "pm25", deviceType: "sensor" } },
    says: { numValue: 7.25, refDevice },
  },
};

function build(type: string, { measured, mapping = {} }: ReadingCase): Entity {
  const records = Object.entries(measured).map(([name, item]): ResolvedRecord => {
    if (typeof item === "boolean") return { name, booleanValue: item, time };
    if (typeof item === "string") return { name, stringValue: item, time };
    return { name, unit: item[0], value: item[1], time };
  });
  const properties = Object.fromEntries(records.map(({ name }) => [name, name]));
  const id = entityId(type, "radhuspladsen-3");
  return toEntity(records, { id, type, properties, location, refDevice, ...mapping });
}

describe("a reading becomes an entity that passes all three gates:", () => {
  const gates = new EntityGates();

  test.each(Object.keys(cases))("%s", async (type) => {
    const reading = cases[type] as ReadingCase;
    const entity = build(type, reading);
    expect(await gates.check(entity)).toEqual({ ok: true });
    const values = Object.fromEntries(
      Object.keys(reading.says).map((name) => {
        const attribute = entity[name] as { value?: unknown; object?: unknown };
        return [name, attribute.value ?? attribute.object];
      }),
    );
    expect(values).toEqual(reading.says);
  });

  test("every model that is shipped has a case here", () => {
    expect(Object.keys(cases).toSorted()).toEqual(modelNames().toSorted());
  });

  test("every measurement says when, and each with a unit in UN/CEFACT's list says which", () => {
    for (const [type, reading] of Object.entries(cases)) {
      const entity = build(type, reading);
      for (const [name, item] of Object.entries(reading.measured)) {
        const property = entity[name] as { observedAt?: string; unitCode?: string };
        expect(property.observedAt).toBe("2025-11-24T16:00:00.000Z");
        const hasUnit = Array.isArray(item) && item[0] !== "NTU";
        expect([type, name, property.unitCode !== undefined]).toEqual([type, name, hasUnit]);
      }
    }
  });

  test("with any values in the sensors' ranges, anywhere on Earth", async () => {
    const reading = fc.record({
      pm25: fc.double({ min: 0, max: 1000, noNaN: true }),
      humidity: fc.double({ min: 0, max: 100, noNaN: true }),
      temperature: fc.double({ min: -40, max: 85, noNaN: true }),
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
      at: fc.integer({ min: 2 ** 28, max: 2 ** 32 - 1 }),
    });
    await fc.assert(
      fc.asyncProperty(reading, async (values) => {
        const { latitude, longitude, at } = values;
        const entity = toEntity(
          [
            { name: "pm25", unit: "ug/m3", value: values.pm25, time: at },
            { name: "humidity", unit: "%RH", value: values.humidity, time: at },
            { name: "temperature", unit: "Cel", value: values.temperature, time: at },
          ],
          {
            id: entityId("AirQualityObserved", "torvet"),
            type: "AirQualityObserved",
            properties: { pm25: "pm25", humidity: "relativeHumidity", temperature: "temperature" },
            location: { latitude, longitude },
          },
        );
        expect(await gates.check(entity)).toEqual({ ok: true });
        expect(JSON.parse(JSON.stringify(entity))).toEqual(entity);
      }),
    );
  });
});
