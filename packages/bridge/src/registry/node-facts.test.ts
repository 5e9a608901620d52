import { EntityGates } from "@bollard/ngsi-ld";
import { expect, test } from "vitest";
import type { MqttSinkConfig } from "../config/config.js";
import { resolveConfig } from "../config/resolve-config.js";
import type { Delivery } from "../delivery.js";
import { ReadingMessages } from "../sinks/mqtt/reading-messages.js";
import { toEntities } from "../sinks/to-entities.js";
import { testStreet } from "../testing/street.js";
import { nodeFacts } from "./node-facts.js";

const { delivery } = testStreet();
const school = "urn:ngsi-ld:School:oak";

/** A reading of a node of which the owner knows more. */
function known(number: number): Delivery {
  const one = delivery(number);
  const facts = nodeFacts({
    AirQualityObserved: { areaServed: "Centrum", refPointOfInterest: school },
  });
  return { ...one, node: { ...one.node, name: "elm-street-3", facts } };
}

test("an entity says what the owner knows of it: ids as links, all else as it is", () => {
  const { node, schema, readings } = known(1);
  const [air, weather] = readings.flatMap((reading) => toEntities(node, schema, reading).entities);
  expect(air).toMatchObject({
    areaServed: { type: "Property", value: "Centrum" },
    refPointOfInterest: { type: "Relationship", object: school },
  });
  expect(weather).not.toHaveProperty("areaServed");
});

test("lists of ids are links, mixed lists are values", () => {
  const facts = nodeFacts({
    Device: { controlledAsset: [school], words: [school, "else"], none: [] },
  }).get("Device");
  expect(facts).toEqual({
    relationships: { controlledAsset: [school] },
    constants: { words: [school, "else"], none: [] },
  });
});

test("messages over MQTT neither lose them nor give them to other nodes", async () => {
  const given: MqttSinkConfig = { name: "city", url: "mqtt://localhost", formats: ["ngsi-ld"] };
  const [config] = resolveConfig({ sinks: { mqtt: [given] } }).sinks.mqtt;
  if (!config) throw new Error("the configuration has no sink");
  const gates = new EntityGates();
  const messages = new ReadingMessages(config, "bollard", gates);
  for (let number = 0; number < 5; number++) {
    for (const one of [delivery(number), known(number)]) {
      const made = one.readings.flatMap(
        (reading) => messages.ofReading(one, reading, true).messages,
      );
      for (const { entity, onPassed } of made) {
        if (entity) expect(await gates.check(entity)).toMatchObject({ ok: true });
        onPassed?.();
      }
      const air = made.find(({ topic }) => topic.endsWith("AirQualityObserved"));
      const isKnown = one.node.name === "elm-street-3";
      expect(String(air?.payload).includes("Centrum")).toBe(isKnown);
    }
  }
});
