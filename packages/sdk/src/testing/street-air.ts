import { defineSchema } from "../index.js";

export const air = defineSchema({
  name: "street-air",
  id: 7,
  fields: [
    { name: "pm25", unit: "ug/m3", min: 0, max: 1000, resolution: 0.1 },
    { name: "temperature", unit: "Cel", min: -40, max: 85, resolution: 0.01, optional: true },
  ],
});

export const health = defineSchema({
  name: "node-health",
  id: 8,
  time: "uptime",
  fields: [{ name: "battery", unit: "V", min: 0, max: 5, resolution: 0.01 }],
});
