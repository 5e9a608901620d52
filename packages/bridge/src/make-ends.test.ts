import { expect, test } from "vitest";
import { Alarms } from "./alarms.js";
import { resolveConfig } from "./config/resolve-config.js";
import { planSinks } from "./make-ends.js";
import { ManualClock } from "./testing/manual-clock.js";
import { silent } from "./testing/street.js";

test("every kind of sink has an order, and how far it may be behind", () => {
  const pace = { order: "live-first", maxBehind: 5000 } as const;
  const config = resolveConfig({
    sinks: {
      mqtt: [
        { name: "city", url: "mqtt://city.example" },
        { name: "region", url: "mqtt://region.example", ...pace },
      ],
      ngsiLd: [
        { name: "broker", url: "http://broker.example" },
        { name: "second", url: "http://second.example", ...pace },
      ],
    },
  });
  const clock = new ManualClock();
  const planned = planSinks({ config, clock, log: silent, alarms: new Alarms(clock) });
  const sinks = planned.map(({ key, make }) => ({ key, sink: make() }));
  expect(sinks.map(({ key, sink }) => [key, sink.isLiveFirst, sink.maxBehind])).toEqual([
    ["mqtt:city", false, undefined],
    ["mqtt:region", true, 5000],
    ["ngsi-ld:broker", false, undefined],
    ["ngsi-ld:second", true, 5000],
  ]);
});
