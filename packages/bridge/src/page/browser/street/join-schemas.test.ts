import { expect, test } from "vitest";
import type { NodeView } from "../../api-types.js";
import { joinSchemas } from "./join-schemas.js";

const air: NodeView = {
  name: "lamp-1",
  id: "air-1",
  schema: "street-air",
  source: "mqtt street",
  position: [-2.1, 57.1],
  observedAt: "2026-11-24T05:12:40.000Z",
  arrivedAt: "2026-11-24T05:12:41.000Z",
  clock: "synchronised",
  firstSeenAt: "2026-11-24T05:00:00.000Z",
  fresh: false,
  readings: 7,
  values: [{ name: "pm25", title: "PM2.5", unit: "µg/m³", value: 3.4, decimals: 2 }],
};
const battery: NodeView = {
  name: "lamp-1",
  id: "air-1",
  schema: "health",
  source: "mqtt street",
  observedAt: "2026-11-24T05:13:00.000Z",
  arrivedAt: "2026-11-24T05:13:01.000Z",
  clock: "synchronised",
  firstSeenAt: "2026-11-24T05:00:00.000Z",
  fresh: true,
  readings: 2,
  values: [
    { name: "battery", title: "Battery", unit: "V", value: 3.7, decimals: 1 },
    { name: "pm25", title: "another", unit: "", value: 1, decimals: 0 },
  ],
};

test("a node that speaks two schemas is one node with the fields of both", () => {
  const other = { ...air, name: "lamp-2" };
  expect([...joinSchemas([air, other, battery])]).toEqual([
    [
      "lamp-1",
      {
        ...battery,
        id: "air-1",
        schema: "street-air, health",
        position: [-2.1, 57.1],
        readings: 9,
        values: [...air.values, battery.values[0]],
      },
    ],
    ["lamp-2", other],
  ]);
});
