// The door of Sparkplug B: apart from the others, since it brings a library for Protobuf.
export {
  isRebirth,
  parseSparkplugState,
  type SparkplugEdge,
  type SparkplugVerb,
  sparkplugCommands,
  sparkplugStateTopic,
  sparkplugTopic,
  toDeviceBirth,
  toDeviceData,
  toDeviceDeath,
  toNodeBirth,
  toNodeDeath,
} from "./sparkplug-messages.js";
export {
  decodeSparkplug,
  encodeSparkplug,
  type SparkplugMetric,
  type SparkplugPayload,
  type SparkplugType,
} from "./sparkplug-payload.js";
