import { readFileSync } from "node:fs";
import specs from "@asyncapi/specs";
import { makeKit } from "@bollard/codegen";
import { schemaArbitrary } from "@bollard/payload/testing";
import type { SensorSchema } from "@bollard/schema";
import { readSchemaFile } from "@bollard/schema/file";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import avro from "avsc";
import fc from "fast-check";
import protobuf from "protobufjs";
import { parse as parseToml } from "smol-toml";
import { describe, expect, test } from "vitest";

const file = (path: string) => new URL(`../../${path}`, import.meta.url).pathname;
const thingDescription = JSON.parse(
  readFileSync(file("test/conformance/data/wot/td-json-schema-validation.json"), "utf8"),
);
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
const isThingDescription = ajv.compile(thingDescription);

const NEXT_EDITION = "https://www.w3.org/ns/wot-next/td";
const named = ["street-air/street-air", "schemas/street-light", "schemas/moving-sensor"].map(
  (path) => readSchemaFile(file(`examples/${path}.schema.yaml`)),
);
const schemas = [...named, ...fc.sample(schemaArbitrary, { seed: 11, numRuns: 20 })];

interface TelegrafConfig {
  readonly inputs: {
    readonly mqtt_consumer: readonly {
      readonly topics: readonly string[];
      readonly json_v2: readonly { readonly field?: readonly { readonly rename: string }[] }[];
    }[];
  };
}

function documentsOf(schema: SensorSchema) {
  const kit = makeKit(schema, { maker: "Example" }, ["wot", "json-schema"]);
  const read = (path: string) => JSON.parse(kit.find((one) => one.path === path)?.text ?? "null");
  return {
    description: read("wot/thing-description.td.json"),
    model: read("wot/thing-model.tm.jsonld"),
    reading: read("json-schema/reading.schema.json"),
    vectors: read("vectors.json") as readonly { readings?: readonly { values: object }[] }[],
  };
}

describe("documents of kits", () => {
  test("a Thing Description passes W3C's own schema", () => {
    for (const schema of schemas) {
      const { description } = documentsOf(schema);
      // The schema that W3C keeps is that of the next edition, which differs in the context's name.
      expect(description["@context"]).toEqual(["https://www.w3.org/2022/wot/td/v1.1"]);
      isThingDescription({ ...description, "@context": [NEXT_EDITION] });
      expect([schema.name, isThingDescription.errors ?? []]).toEqual([schema.name, []]);
    }
    expect(
      isThingDescription({ ...documentsOf(named[0] as SensorSchema).description, title: 1 }),
    ).toBe(false);
  });

  test("a Thing Model has what the description has, and no address", () => {
    const { model, description } = documentsOf(named[0] as SensorSchema);
    expect(model["@type"]).toBe("tm:ThingModel");
    expect(Object.keys(model.actions)).toEqual(Object.keys(description.actions));
    expect(JSON.stringify(model)).not.toContain("forms");
  });

  test("Protobuf and Avro schemas are read by their own libraries, and hold a reading", () => {
    for (const schema of schemas) {
      const kit = makeKit(schema, { maker: "Example" }, ["data-lake"]);
      const text = (path: string) => kit.find((one) => one.path === path)?.text ?? "";
      const { root } = protobuf.parse(text("data-lake/reading.proto"), { keepCase: true });
      const Reading = root.lookupType("Reading");
      const numbers = schema.fields.filter(({ kind }) => kind === "quantity");
      const values = Object.fromEntries(numbers.map(({ name }, index) => [name, index + 0.5]));
      const message = { node: "n", key: "1-1", ...values };
      const back = Reading.toObject(Reading.decode(Reading.encode(message).finish()));
      expect(back).toEqual(message);
      const type = avro.Type.forSchema(JSON.parse(text("data-lake/reading.avsc")));
      const empty = Object.fromEntries(schema.fields.map(({ name }) => [name, null]));
      const record = { node: "n", key: "1-1", time: 1_789_000_000_000, ...empty };
      const read = type.fromBuffer(type.toBuffer(record));
      expect(JSON.parse(JSON.stringify(read))).toMatchObject(record);
    }
  });

  test("an AsyncAPI document passes AsyncAPI's own schema, and has the bridge's topics", () => {
    const isAsyncApi = new Ajv({ strict: false, logger: false }).compile(
      specs.schemasWithoutId["3.0.0"] as object,
    );
    for (const schema of schemas) {
      const kit = makeKit(schema, { maker: "Example" }, ["async-api"]);
      const document = JSON.parse(kit[0]?.text ?? "null");
      isAsyncApi(document);
      expect([schema.name, isAsyncApi.errors ?? []]).toEqual([schema.name, []]);
      expect(document.channels.reading.address).toBe(`bollard/oak-street-12/${schema.name}/json`);
      expect("command" in document.channels).toBe(schema.commands.length > 0);
      expect(isAsyncApi({ ...document, channels: 3 })).toBe(false);
    }
  });

  test("Telegraf's configuration is TOML, with a field for each number of a reading", () => {
    for (const schema of schemas) {
      const kit = makeKit(schema, { maker: "Example" }, ["telegraf"]);
      const { inputs } = parseToml(kit[0]?.text ?? "") as unknown as TelegrafConfig;
      const [consumer] = inputs.mqtt_consumer;
      expect(consumer?.topics).toEqual([`bollard/+/${schema.name}/json`]);
      const names = consumer?.json_v2[0]?.field?.map(({ rename }) => rename) ?? [];
      expect(new Set(names).size).toBe(names.length);
      for (const { name, kind } of schema.fields) {
        expect(names.some((one) => one === name || one.startsWith(`${name}_`))).toBe(
          kind !== "flags",
        );
      }
    }
  });

  test("a rule of AWS IoT selects what the bridge publishes, under a name that it allows", () => {
    for (const schema of schemas) {
      const kit = makeKit(schema, { maker: "Example" }, ["aws-iot"]);
      const [type, rule] = kit.map(({ text }) => JSON.parse(text));
      expect(type.thingTypeName).toMatch(/^[a-zA-Z0-9:_-]{1,128}$/);
      expect(rule.ruleName).toMatch(/^[a-zA-Z0-9_]{1,128}$/);
      expect(rule.topicRulePayload.sql).toContain(`'bollard/+/${schema.name}/json'`);
    }
  });

  test("a digital twin's interface has names that DTDL allows, each once", () => {
    for (const schema of schemas) {
      const kit = makeKit(schema, { maker: "Example" }, ["digital-twin"]);
      const twin = JSON.parse(kit[0]?.text ?? "null");
      const names = twin.contents.map(({ name }: { name: string }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(/^[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z0-9])?$/);
      expect(twin["@id"]).toMatch(/^dtmi:(?:[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z0-9])?:?)+;[1-9]\d*$/);
    }
  });

  test("a JSON Schema takes the vectors' readings, and refuses what is out of range", () => {
    for (const schema of schemas) {
      const { reading, vectors } = documentsOf(schema);
      const own = new Ajv2020({ strict: false, allErrors: true });
      addFormats.default(own);
      const isReading = own.compile(reading);
      const message = (values: object) => ({
        ...{ node: "n", schema: schema.name, key: "1-1", time: "2026-05-01T12:00:00.000Z" },
        values,
      });
      for (const { readings = [] } of vectors) {
        for (const { values } of readings) {
          expect([isReading(message(values)), isReading.errors]).toEqual([true, null]);
        }
      }
      const quantity = schema.fields.find(({ kind }) => kind === "quantity");
      if (quantity?.kind !== "quantity") continue;
      const values = { ...vectors[0]?.readings?.[0]?.values, [quantity.name]: quantity.max + 1 };
      expect(isReading(message(values))).toBe(false);
    }
  });
});
