import type { EntityGates } from "@bollard/ngsi-ld";
import type {
  Filled,
  IotAgentSinkConfig,
  Os2iotSinkConfig,
  ThingsBoardSinkConfig,
} from "../../config/config.js";
import { readSecretFile } from "../../config/read-config.js";
import { type BrokerConfig, checkBrokerFiles } from "../../mqtt/broker-options.js";
import type { Sink } from "../sink.js";
import { HttpPlatformSink } from "./http-platform-sink.js";
import { iotAgentOverHttp, iotAgentOverMqtt } from "./iot-agent.js";
import { MqttPlatformSink, type MqttPlatformSinkOptions } from "./mqtt-platform-sink.js";
import { os2iotOverHttp, os2iotOverMqtt } from "./os2iot.js";
import { os2iotDevices } from "./os2iot-devices.js";
import type { HttpPlatform, MqttPlatform } from "./platform.js";
import { requestHeaders } from "./request-headers.js";
import { thingsBoard } from "./thingsboard.js";

/** What the sinks share with the rest of the bridge. */
export type PlatformParts = Pick<
  MqttPlatformSinkOptions,
  "alarms" | "bridgeName" | "clock" | "commands" | "log"
> & { readonly gates: EntityGates };

/**
 * The sink of an IoT Agent, from the configuration; its address tells which way measures go.
 *
 * @throws BridgeError `BRIDGE_CONFIG_UNREADABLE`
 */
export function makeIotAgentSink(config: Filled<IotAgentSinkConfig>, parts: PlatformParts): Sink {
  const { gates } = parts;
  const { commands, ...others } = parts;
  const allowed = config.commands ? parts : others;
  return isHttp(config)
    ? overHttp(config, iotAgentOverHttp(config, gates), parts)
    : overMqtt(config, "iotAgent", iotAgentOverMqtt(config, gates), allowed);
}

/**
 * The sink of OS2iot, from the configuration.
 *
 * @throws BridgeError `BRIDGE_CONFIG_UNREADABLE`, `BRIDGE_CONFIG_INVALID` for the file of devices
 */
export function makeOs2iotSink(config: Filled<Os2iotSinkConfig>, parts: PlatformParts): Sink {
  const devices = os2iotDevices(config.devicesFile, parts.clock, parts.log);
  return isHttp(config)
    ? overHttp(config, os2iotOverHttp(config.url, devices), parts)
    : overMqtt(config, "os2iot", os2iotOverMqtt(devices), parts);
}

/**
 * The sink of ThingsBoard, from the configuration.
 *
 * @throws BridgeError `BRIDGE_CONFIG_UNREADABLE`
 */
export function makeThingsBoardSink(
  config: Filled<ThingsBoardSinkConfig>,
  parts: PlatformParts,
): Sink {
  const { tokenFile, order, maxBehind, inFlight } = config;
  const { commands, ...others } = parts;
  // ThingsBoard takes the access token as the user name, and no password.
  const username = () => readSecretFile(tokenFile);
  username();
  const broker = { ...config, username: undefined, passwordFile: undefined } as BrokerConfig;
  checkBrokerFiles(broker);
  return new MqttPlatformSink({
    ...others,
    ...(config.commands && commands && { commands }),
    config: broker,
    place: `sinks.thingsBoard.${config.name}`,
    platform: thingsBoard,
    username,
    inFlight,
    maxBehind,
    isLiveFirst: order === "live-first",
  });
}

type Either = Filled<IotAgentSinkConfig> | Filled<Os2iotSinkConfig>;

function isHttp({ url }: Either): boolean {
  return url.startsWith("http");
}

function overHttp(config: Either, platform: HttpPlatform, { clock, log }: PlatformParts): Sink {
  const { name, url, timeoutMs, tls, maxBehind, inFlight, order } = config;
  const headers = requestHeaders(config);
  return new HttpPlatformSink({
    ...{ name, url, platform, timeoutMs, tls, headers, clock, log },
    window: inFlight,
    maxBehind,
    isLiveFirst: order === "live-first",
  });
}

function overMqtt(
  config: Either,
  kind: string,
  platform: MqttPlatform,
  parts: Omit<PlatformParts, "commands"> & Pick<PlatformParts, "commands">,
): Sink {
  const { timeoutMs, tls, maxBehind, inFlight, order } = config;
  const broker: BrokerConfig = { ...config, tls: { ...tls, serverName: undefined } };
  checkBrokerFiles(broker);
  return new MqttPlatformSink({
    ...parts,
    ...{ timeoutMs, tls, platform, inFlight, maxBehind },
    config: broker,
    place: `sinks.${kind}.${config.name}`,
    isLiveFirst: order === "live-first",
  });
}
