import { encodePayload, type FieldValue } from "@bollard/payload";
import { defineSchema } from "@bollard/schema";

/** A schema as a street has it, for tests. */
export const streetAir = defineSchema({
  name: "street-air",
  id: 17,
  title: "Street air station",
  reportInterval: 60,
  fields: [
    {
      name: "pm25",
      title: "PM2.5",
      unit: "ug/m3",
      min: 0,
      max: 1000,
      resolution: 0.1,
      maps: { AirQualityObserved: "pm25" },
    },
    {
      name: "temperature",
      title: "Air temperature",
      unit: "Cel",
      min: -40,
      max: 85,
      resolution: 0.1,
      optional: true,
      maps: { AirQualityObserved: "temperature", WeatherObserved: "temperature" },
    },
  ],
});

/** Unix seconds of reading 0. */
export const START_S = 1_789_000_000;

/** Values that differ from one number to the next. */
export function streetValues(number: number): { pm25: number; temperature: number } {
  return { pm25: (number % 9000) / 10, temperature: 20 };
}

/** A payload with schema id and key, a minute later for each number. */
export function streetPayload(
  number: number,
  boot = 1,
  values: Readonly<Record<string, FieldValue>> = streetValues(number),
): Uint8Array {
  return encodePayload(streetAir, { time: START_S + 60 * number, values } as never, {
    key: { boot, sequence: number },
  });
}
