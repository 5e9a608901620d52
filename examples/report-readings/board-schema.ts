import { defineSchema } from "@bollard/sdk";

/** What a board tells of itself; a sensor of your own is one more field. */
export const board = defineSchema({
  name: "board",
  id: 20,
  reportInterval: 60,
  fields: [
    {
      name: "temperature",
      unit: "Cel",
      min: -40,
      max: 125,
      resolution: 0.1,
      typicalStep: 0.3,
      optional: true,
      outOfRange: "missing",
    },
    { name: "load", unit: "/", min: 0, max: 100, resolution: 0.01, outOfRange: "clamp" },
    { name: "memory_used", unit: "/100", min: 0, max: 100, resolution: 1 },
  ],
  commands: [
    {
      name: "set-report-interval",
      id: 1,
      fields: [{ name: "interval", kind: "duration", max: 86400, resolution: 1 }],
    },
  ],
});
