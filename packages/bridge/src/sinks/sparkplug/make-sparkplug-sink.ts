import type { Filled, SparkplugSinkConfig } from "../../config/config.js";
import { SparkplugSink, type SparkplugSinkOptions } from "./sparkplug-sink.js";

/** The sink of a Sparkplug B broker, from the configuration. */
export function makeSparkplugSink(
  config: Filled<SparkplugSinkConfig>,
  { commands, ...parts }: Omit<SparkplugSinkOptions, "config">,
): SparkplugSink {
  const { alarms, bridgeName, clock, log } = parts;
  const common = { config, alarms, bridgeName, clock, log };
  return new SparkplugSink({ ...common, ...(config.commands && commands && { commands }) });
}
