import { defineSchema } from "@bollard/sdk";

const optional = true;

/** What the board on the window sill measures. */
export const windowSill = defineSchema({
  name: "window-sill",
  id: 21,
  reportInterval: 10,
  fields: [
    { name: "temperature", unit: "Cel", min: -40, max: 85, resolution: 0.1 },
    { name: "humidity", unit: "%RH", min: 0, max: 100, resolution: 1, optional },
    { name: "pressure", unit: "hPa", min: 300, max: 1100, resolution: 0.1, optional },
    { name: "light", unit: "/", min: 0, max: 1, resolution: 0.01, optional },
  ],
});
