import {
  toAsyncApi,
  toAvroSchema,
  toAwsIot,
  toDigitalTwin,
  toDiscovery,
  toIotAgentDevice,
  toIotAgentGroups,
  toProtobufSchema,
  toReadingJsonSchema,
  toTelegrafConfig,
  toThing,
  toThingDescription,
  toThingModel,
  toThingsBoardProfile,
} from "@bollard/platforms";
import type { SensorSchema } from "@bollard/schema";
import { generateC } from "../c/generate-c.js";
import type { GeneratedFile } from "../generated-file.js";
import { dataSheet } from "./data-sheet/data-sheet.js";
import { goDecoder, goPackage } from "./go/decoder-file.js";
import { javaClass, javaDecoder } from "./java/decoder-file.js";
import { javascriptDecoder } from "./javascript/decoder-file.js";
import type { FilledKitOptions } from "./kit-options.js";
import { lorawanCodec } from "./lorawan/codec-file.js";
import { deviceRepository } from "./lorawan/device-repository.js";
import { nodeRedFlow } from "./node-red/function-node.js";
import { os2iotFiles } from "./os2iot/os2iot-files.js";
import { moduleName, pythonDecoder } from "./python/decoder-file.js";
import { sigfoxFiles } from "./sigfox/sigfox-files.js";
import { deviceModelEntity } from "./smart-data-models/device-model-entity.js";
import { thingsBoardConverter } from "./thingsboard/converter-file.js";

type MakePart = (schema: SensorSchema, options: FilledKitOptions) => readonly GeneratedFile[];

const EXAMPLE_NODE = "oak-street-12";
const EXAMPLE_PLACE = { node: EXAMPLE_NODE, broker: "mqtts://broker.example" };

const parts = {
  lorawan: (schema, options) => {
    const codec = lorawanCodec(schema, options);
    return [{ path: "lorawan/codec.js", text: codec }, ...deviceRepository(schema, codec, options)];
  },
  os2iot: os2iotFiles,
  "smart-data-models": (schema, { maker }) => [
    json("smart-data-models/device-model.jsonld", deviceModelEntity(schema, maker)),
  ],
  "home-assistant": (schema) => {
    const topics = {
      prefix: "homeassistant",
      state: `bollard/${EXAMPLE_NODE}/${schema.name}/json`,
      availability: [`bollard/${EXAMPLE_NODE}/status`],
    };
    const expireS = (schema.reportInterval ?? 0) * 3;
    const message = toDiscovery(EXAMPLE_NODE, schema, topics, expireS, String(schema.version));
    if (!message) return [];
    const document = { topic: message.topic, retain: true, payload: JSON.parse(message.payload) };
    return [json("home-assistant/discovery.json", document)];
  },
  "iot-agent": (schema) => {
    const groups = toIotAgentGroups(schema, schema.name);
    if (groups.length === 0) return [];
    const devices = groups.map(({ entity_type: model }) =>
      toIotAgentDevice(EXAMPLE_NODE, model, schema.name, "MQTT"),
    );
    return [
      json("iot-agent/services.json", { services: groups }),
      json("iot-agent/devices.json", { devices }),
    ];
  },
  "sensor-things": (schema) => [
    json(
      "sensor-things/thing.json",
      toThing({ name: EXAMPLE_NODE, position: [23.3219, 42.6977] }, schema),
    ),
  ],
  wot: (schema) => {
    const { version } = schema;
    return [
      json("wot/thing-model.tm.jsonld", toThingModel(schema, version)),
      json("wot/thing-description.td.json", toThingDescription(schema, version, EXAMPLE_PLACE)),
    ];
  },
  "async-api": (schema) => [
    json("async-api/asyncapi.json", toAsyncApi(schema, schema.version, EXAMPLE_PLACE)),
  ],
  "json-schema": (schema) => [json("json-schema/reading.schema.json", toReadingJsonSchema(schema))],
  "data-lake": (schema) => [
    { path: "data-lake/reading.proto", text: toProtobufSchema(schema) },
    json("data-lake/reading.avsc", toAvroSchema(schema)),
  ],
  "digital-twin": (schema) => [
    json("digital-twin/interface.dtdl.json", toDigitalTwin(schema, schema.version)),
  ],
  "aws-iot": (schema) => {
    const { thingType, topicRule } = toAwsIot(schema, schema.version);
    return [json("aws-iot/thing-type.json", thingType), json("aws-iot/topic-rule.json", topicRule)];
  },
  thingsboard: (schema) => [
    json("thingsboard/device-profile.json", toThingsBoardProfile(schema)),
    { path: "thingsboard/converter.js", text: thingsBoardConverter(schema) },
  ],
  telegraf: (schema) => [
    { path: "telegraf/telegraf.conf", text: toTelegrafConfig(schema, EXAMPLE_PLACE.broker) },
  ],
  sigfox: sigfoxFiles,
  "data-sheet": dataSheet,
  "node-red": (schema) => [json("node-red/flow.json", nodeRedFlow(schema))],
  javascript: javascriptDecoder,
  go: (schema) => [
    { path: `go/${goPackage(schema)}/${moduleName(schema)}.go`, text: goDecoder(schema) },
  ],
  java: (schema) => [{ path: `java/${javaClass(schema)}.java`, text: javaDecoder(schema) }],
  c: (schema) =>
    generateC([schema], { decoder: true }).map(({ path, text }) => ({ path: `c/${path}`, text })),
  python: (schema) => [{ path: `python/${moduleName(schema)}.py`, text: pythonDecoder(schema) }],
} satisfies Record<string, MakePart>;

/** A part of a kit: for one platform, or in one language. */
export type KitPart = keyof typeof parts;

/** Every part there is, in the order in which a kit names them. */
export const kitParts = Object.keys(parts) as readonly KitPart[];

/** The files of a part; none where the schema has nothing for it. */
export function kitPart(
  part: KitPart,
  schema: SensorSchema,
  options: FilledKitOptions,
): readonly GeneratedFile[] {
  return parts[part](schema, options);
}

function json(path: string, document: object): GeneratedFile {
  return { path, text: `${JSON.stringify(document, undefined, 2)}\n` };
}
