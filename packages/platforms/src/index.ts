export { toAsyncApi } from "./async-api.js";
export { type AwsIotDocuments, toAwsIot } from "./aws-iot.js";
export { toAvroSchema, toProtobufSchema } from "./data-lake-schemas.js";
export { toDigitalTwin } from "./digital-twin.js";
export {
  type DiscoveryMessage,
  type DiscoveryTopics,
  discoveryTopic,
  toDiscovery,
} from "./home-assistant.js";
export {
  IOT_AGENT_COMMANDS,
  IOT_AGENT_RESOURCE,
  type IotAgentAttribute,
  type IotAgentCommand,
  type IotAgentDevice,
  type IotAgentGroup,
  iotAgentPath,
  parseIotAgentCommands,
  toIotAgentDevice,
  toIotAgentGroups,
  toIotAgentMeasure,
  toIotAgentMessage,
  toIotAgentResult,
} from "./iot-agent.js";
export {
  type Os2iotDevice,
  type Os2iotPayload,
  os2iotPath,
  toOs2iotMessage,
  toOs2iotPayload,
} from "./os2iot.js";
export { type PlatformField, toPlatformField } from "./platform-field.js";
export type { PlatformCommand, PlatformMessage, PlatformResult } from "./platform-message.js";
export { type PlainValue, type PlatformReading, plainValues } from "./platform-reading.js";
export type { PlatformSchema } from "./platform-schema.js";
export { type DataSchema, toReadingJsonSchema, toValuesSchema } from "./reading-json-schema.js";
export {
  type DataArray,
  datastreamName,
  type SensorThingsEntity,
  type SensorThingsNode,
  sensorThingsLookup,
  toDataArrays,
  toDatastreams,
  toThing,
} from "./sensor-things.js";
export {
  definitionOf,
  observationTypeOf,
  type UnitOfMeasurement,
  unitOfMeasurementOf,
} from "./sensor-things-terms.js";
export { toTelegrafConfig } from "./telegraf.js";
export { type ThingPlace, toThingDescription, toThingModel } from "./thing-description.js";
export {
  parseThingsBoardRpc,
  THINGSBOARD_RPC_TOPIC,
  type ThingsBoardNode,
  type ThingsBoardRpc,
  toThingsBoardAnswer,
  toThingsBoardHello,
  toThingsBoardTelemetry,
} from "./thingsboard.js";
export { toThingsBoardProfile } from "./thingsboard-profile.js";
