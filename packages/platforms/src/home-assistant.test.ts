import { defineSchema } from "@bollard/schema";
import { describe, expect, test } from "vitest";
import { toDiscovery } from "./home-assistant.js";

const station = defineSchema({
  name: "station",
  id: 30,
  title: "Roof station",
  fields: [
    {
      name: "fine_dust",
      title: "PM2.5",
      unit: "ug/m3",
      min: 0,
      max: 999,
      resolution: 0.1,
      maps: { AirQualityObserved: "pm25" },
    },
    { name: "temperature", unit: "Cel", min: -40, max: 85, resolution: 0.1 },
    { kind: "counter", name: "cars", bits: 32 },
    { kind: "boolean", name: "door" },
    { kind: "enum", name: "mode", values: ["day", "night"] },
    { kind: "position", name: "place", resolution: 0.00001 },
  ],
});
const node = "oak:street.12";
const topics = {
  prefix: "homeassistant",
  state: "city/oak:street.12/station/json",
  availability: ["city/bridge/b/status"],
};

describe("a discovery by Home Assistant", () => {
  test("is a device with a component for each field that it can show", () => {
    const message = toDiscovery(node, station, topics, 180, "1.2.3");
    expect(message?.topic).toBe("homeassistant/device/bollard_oak_street_12_station/config");
    const id = "bollard_oak_street_12_station";
    expect(JSON.parse(message?.payload ?? "")).toEqual({
      dev: { ids: ["bollard_oak_street_12"], name: "oak:street.12", mdl: "Roof station" },
      o: { name: "Bollard", sw: "1.2.3" },
      cmps: {
        fine_dust: {
          unique_id: `${id}_fine_dust`,
          name: "PM2.5",
          p: "sensor",
          device_class: "pm25",
          unit_of_measurement: "µg/m³",
          state_class: "measurement",
          suggested_display_precision: 1,
          value_template: "{{ value_json.values.fine_dust }}",
          expire_after: 180,
        },
        temperature: {
          unique_id: `${id}_temperature`,
          name: "temperature",
          p: "sensor",
          device_class: "temperature",
          unit_of_measurement: "°C",
          state_class: "measurement",
          suggested_display_precision: 1,
          value_template: "{{ value_json.values.temperature }}",
          expire_after: 180,
        },
        cars: {
          unique_id: `${id}_cars`,
          name: "cars",
          p: "sensor",
          state_class: "total_increasing",
          suggested_display_precision: 0,
          value_template: "{{ value_json.values.cars }}",
          expire_after: 180,
        },
        door: {
          unique_id: `${id}_door`,
          name: "door",
          p: "binary_sensor",
          value_template:
            "{{ 'None' if value_json.values.door is none else 'ON' if value_json.values.door else 'OFF' }}",
          expire_after: 180,
        },
        mode: {
          unique_id: `${id}_mode`,
          name: "mode",
          p: "sensor",
          device_class: "enum",
          options: ["day", "night"],
          value_template: "{{ value_json.values.mode }}",
          expire_after: 180,
        },
      },
      state_topic: "city/oak:street.12/station/json",
      qos: 1,
      availability: [
        {
          topic: "city/bridge/b/status",
          value_template: "{{ 'online' if value_json.state == 'up' else 'offline' }}",
        },
      ],
      availability_mode: "all",
    });
  });

  test("is none where there is nothing to show", () => {
    const flags = defineSchema({
      name: "flags",
      id: 31,
      fields: [{ kind: "flags", name: "faults", flags: ["low", "wet"] }],
    });
    expect(toDiscovery(node, flags, topics, 0, "1.2.3")).toBeUndefined();
  });
});
