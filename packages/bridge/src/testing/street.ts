import { pino } from "pino";
import { resolveNodes } from "../config/resolve-config.js";
import type { Delivery } from "../delivery.js";
import type { Entry } from "../entry.js";
import { interpret } from "../interpret.js";
import { ReadingTimes } from "../reading-time.js";
import { Registry } from "../registry/registry.js";
import { SchemaReferences } from "../schema-references.js";
import { SchemaSet } from "../schema-set.js";
import { ManualClock } from "./manual-clock.js";
import { streetAir, streetPayload } from "./street-air.js";

/** A log that says nothing. */
export const silent = pino({ level: "silent" });

/** One street with a registry, for tests of what stands behind decoding. */
export function testStreet() {
  const clock = new ManualClock();
  const registry = new Registry({
    unknown: "accept",
    nodes: resolveNodes({
      "a1-b2": { name: "oak-street-12", position: [23.32, 42.69] },
      nowhere: {},
    }),
  });
  const schemas = new SchemaSet([streetAir]);
  const references = new SchemaReferences(schemas);
  const options = { registry, references, times: new ReadingTimes(clock) };
  /** The reading of this number, as it goes to sinks. */
  const delivery = (number: number, node = "a1-b2", position = number + 1): Delivery => {
    const entry: Entry = {
      source: { kind: "mqtt", name: "street" },
      node,
      boot: 1,
      sequence: number,
      payload: streetPayload(number),
      arrival: { bootId: 7, monotonicMs: 0, wallMs: clock.wallMs(), quality: "synchronised" },
    };
    const interpreted = interpret(position, entry, options);
    if (interpreted.kind !== "delivery") throw new Error(`${interpreted.reason}`);
    return interpreted;
  };
  return { clock, registry, schemas, options, delivery };
}
