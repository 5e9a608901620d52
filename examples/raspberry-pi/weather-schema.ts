import { defineSchema } from "@bollard/sdk";

/** Millimetres of rain that tip the bucket once: printed on the gauge. */
export const MM_PER_TIP = 0.2794;

/** What the station measures. */
export const weather = defineSchema({
  name: "weather",
  id: 22,
  reportInterval: 60,
  fields: [
    {
      name: "temperature",
      unit: "Cel",
      min: -40,
      max: 85,
      resolution: 0.1,
      typicalStep: 0.2,
      optional: true,
      outOfRange: "missing",
    },
    { name: "humidity", unit: "%RH", min: 0, max: 100, resolution: 0.5, optional: true },
    { name: "rain", unit: "mm", min: 0, max: 100, resolution: 0.1, outOfRange: "clamp" },
  ],
});
