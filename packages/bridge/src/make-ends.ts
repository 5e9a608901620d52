import type { LinkSessions } from "@bollard/link";
import { EntityGates, servedContexts } from "@bollard/ngsi-ld";
import type { Logger } from "pino";
import type { Alarms } from "./alarms.js";
import type { BridgeClock } from "./clock.js";
import type { CommandDesk } from "./commands/command-desk.js";
import type { ResolvedConfig } from "./config/config.js";
import { readContextFile } from "./config/read-config.js";
import type { PlannedEnd } from "./end-set.js";
import { BridgeError } from "./error.js";
import { checkBrokerFiles } from "./mqtt/broker-options.js";
import type { SchemaSet } from "./schema-set.js";
import type { SessionNumbers } from "./session-numbers.js";
import { makeFrostSink } from "./sinks/frost/make-frost-sink.js";
import { makeLdesSink } from "./sinks/ldes/make-ldes-sink.js";
import { MqttSink } from "./sinks/mqtt/mqtt-sink.js";
import { makeNgsiLdSink } from "./sinks/ngsi-ld/make-ngsi-ld-sink.js";
import {
  makeIotAgentSink,
  makeOs2iotSink,
  makeThingsBoardSink,
} from "./sinks/platforms/make-platform-sinks.js";
import type { Sink } from "./sinks/sink.js";
import { makeSparkplugSink } from "./sinks/sparkplug/make-sparkplug-sink.js";
import { makeWebhookSink } from "./sinks/webhook/make-webhook-sink.js";
import { ForeignMapping } from "./sources/foreign/foreign-mapping.js";
import { ForeignMqttSource } from "./sources/foreign/foreign-mqtt-source.js";
import { ForeignSerialSource } from "./sources/foreign/foreign-serial-source.js";
import { LorawanSource } from "./sources/lorawan/lorawan-source.js";
import { MqttSource } from "./sources/mqtt/mqtt-source.js";
import type { OpenPort } from "./sources/serial/open-port.js";
import { SerialSource } from "./sources/serial/serial-source.js";
import type { Accept, LastKey, Source } from "./sources/source.js";

/** What every end gets. */
export interface EndsOptions {
  readonly config: ResolvedConfig;
  readonly clock: BridgeClock;
  readonly log: Logger;
  readonly alarms: Alarms;
  /** Beside the bridge that has the data folder: nothing is written there. Default: it is this one. */
  readonly isGuest?: boolean;
  /** Takes commands for nodes. Default: nobody does. */
  readonly commands?: CommandDesk;
}

/** What sources get besides. */
export interface SourcesOptions extends EndsOptions {
  readonly accept: Accept;
  readonly sessions: SessionNumbers;
  readonly schemas: SchemaSet;
  /** How foreign messages are read, by the source's name. */
  readonly mappings: ReadonlyMap<string, ForeignMapping>;
  /** One for all serial ports. */
  readonly linkSessions: LinkSessions;
  /** The newest key of each node that is not on a serial port, from before the start. */
  readonly lastKeys: readonly LastKey[];
  readonly openPort: OpenPort;
  /** Brings what waits to the disk at once. */
  readonly commit: () => Promise<void>;
}

/**
 * Every source of the configuration, not made yet.
 *
 * @throws BridgeError `BRIDGE_CONFIG_UNREADABLE` for a file with a password or a certificate
 */
export function planSources(options: SourcesOptions): PlannedEnd<Source>[] {
  const { config, log } = options;
  const { commitDelayMs } = config.spool;
  const serial = config.sources.serial.map((end) =>
    plan("serial", end, () => {
      const child = log.child({ source: end.name });
      return new SerialSource({ ...options, config: end, commitDelayMs, log: child });
    }),
  );
  const mqtt = config.sources.mqtt.map((end) => {
    checkBrokerFiles(end);
    return plan("mqtt", end, () => {
      const child = log.child({ source: end.name });
      return new MqttSource({ ...options, config: end, bridgeName: config.name, log: child });
    });
  });
  const lorawan = config.sources.lorawan.map((end) => {
    checkBrokerFiles(end);
    return plan("lorawan", end, () => {
      const child = log.child({ source: end.name });
      return new LorawanSource({ ...options, config: end, bridgeName: config.name, log: child });
    });
  });
  const foreign = config.sources.foreign.map((end) => {
    if (end.mqtt) checkBrokerFiles({ ...end.mqtt, name: end.name });
    return plan("foreign", end, () => makeForeignSource(end, options));
  });
  return [...serial, ...mqtt, ...lorawan, ...foreign];
}

function makeForeignSource(
  config: ResolvedConfig["sources"]["foreign"][number],
  options: SourcesOptions,
): Source {
  const { name, mqtt, serial } = config;
  const mapping = options.mappings.get(name) ?? new ForeignMapping(config);
  const log = options.log.child({ source: name });
  const rest = { ...options, name, mapping, log };
  if (serial) return new ForeignSerialSource({ ...rest, config: serial });
  if (!mqtt) throw new BridgeError("BRIDGE_CONFIG_INVALID", name, "It has neither mqtt nor serial");
  return new ForeignMqttSource({ ...rest, config: mqtt, bridgeName: options.config.name });
}

/**
 * Every sink of the configuration, not made yet. They share the gates, and what those remember.
 * Throws as {@link planSources} does.
 */
export function planSinks(options: EndsOptions): PlannedEnd<Sink>[] {
  const { config, log, clock } = options;
  const contexts = contextsOf(config);
  const gates = new EntityGates({ contexts });
  const mqtt = config.sinks.mqtt.map((end) => {
    checkBrokerFiles(end);
    return plan("mqtt", end, () => {
      const child = log.child({ sink: end.name });
      const bridgeName = config.name;
      return new MqttSink({ ...options, config: end, bridgeName, gates, log: child });
    });
  });
  const ngsiLd = config.sinks.ngsiLd.map((end) =>
    plan("ngsi-ld", { ...end, read: contexts }, () => {
      const child = log.child({ sink: end.name });
      const dataDir = options.isGuest ? undefined : config.dataDir;
      return makeNgsiLdSink(end, { gates, dataDir, clock, log: child });
    }),
  );
  const webhook = config.sinks.webhook.map((end) =>
    plan("webhook", end, () =>
      makeWebhookSink(end, { gates, clock, log: log.child({ sink: end.name }) }),
    ),
  );
  const ldes = config.sinks.ldes.map((end) =>
    plan("ldes", end, () => {
      const child = log.child({ sink: end.name });
      return makeLdesSink(end, { gates, dataDir: config.dataDir, clock, log: child });
    }),
  );
  return [...mqtt, ...ngsiLd, ...webhook, ...ldes, ...planPlatforms(options, gates)];
}

/** The sinks of platforms that have a way of their own. */
function planPlatforms(options: EndsOptions, gates: EntityGates): PlannedEnd<Sink>[] {
  const { config, alarms, commands, clock, log } = options;
  const { iotAgent, os2iot, thingsBoard, sparkplug, frost } = config.sinks;
  const bridgeName = config.name;
  const partsOf = ({ name }: { readonly name: string }) => ({
    ...{ alarms, bridgeName, clock, gates },
    ...(commands && { commands }),
    log: log.child({ sink: name }),
  });
  return [
    ...iotAgent.map((end) => plan("iot-agent", end, () => makeIotAgentSink(end, partsOf(end)))),
    ...os2iot.map((end) => plan("os2iot", end, () => makeOs2iotSink(end, partsOf(end)))),
    ...thingsBoard.map((end) =>
      plan("thingsboard", end, () => makeThingsBoardSink(end, partsOf(end))),
    ),
    ...sparkplug.map((end) => {
      checkBrokerFiles(end);
      return plan("sparkplug", end, () => makeSparkplugSink(end, partsOf(end)));
    }),
    ...frost.map((end) => plan("frost", end, () => makeFrostSink(end, partsOf(end)))),
  ];
}

/** Contexts that entities may name beside the published ones, by their address. */
function contextsOf({ sinks }: ResolvedConfig): Readonly<Record<string, object>> {
  const served = sinks.ngsiLd.flatMap(({ contextsServedAt }) => contextsServedAt ?? []);
  const own = sinks.ngsiLd.flatMap(({ contexts }) => contexts);
  return Object.assign(
    {},
    ...served.map(servedContexts),
    ...own.map(({ url, file }) => ({ [url]: readContextFile(file) })),
  );
}

/** @param config - all that the end is made from, with what was read of the files it names */
function plan<End>(
  kind: string,
  config: { readonly name: string; readonly read?: unknown },
  make: () => End,
): PlannedEnd<End> {
  return { key: `${kind}:${config.name}`, settings: JSON.stringify(config), make };
}
