import type { LinkSessions } from "@bollard/link";
import { EntityGates, servedContexts } from "@bollard/ngsi-ld";
import type { Logger } from "pino";
import type { Alarms } from "./alarms.js";
import type { BridgeClock } from "./clock.js";
import type { ResolvedConfig } from "./config/config.js";
import { readContextFile } from "./config/read-config.js";
import { BridgeError } from "./error.js";
import { checkBrokerFiles } from "./mqtt/broker-options.js";
import type { SchemaSet } from "./schema-set.js";
import type { SessionNumbers } from "./session-numbers.js";
import { MqttSink } from "./sinks/mqtt/mqtt-sink.js";
import { makeNgsiLdSink } from "./sinks/ngsi-ld/make-ngsi-ld-sink.js";
import type { Sink } from "./sinks/sink.js";
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

/** Every source of the configuration, not opened yet. */
export function makeSources(options: SourcesOptions): Source[] {
  const { config, log } = options;
  return [
    ...config.sources.serial.map((serial) => {
      const commitDelayMs = config.spool.commitDelayMs;
      const child = log.child({ source: serial.name });
      return new SerialSource({ ...options, config: serial, commitDelayMs, log: child });
    }),
    ...config.sources.mqtt.map((mqtt) => {
      checkBrokerFiles(mqtt);
      const child = log.child({ source: mqtt.name });
      return new MqttSource({ ...options, config: mqtt, bridgeName: config.name, log: child });
    }),
    ...config.sources.lorawan.map((lorawan) => {
      checkBrokerFiles(lorawan);
      const child = log.child({ source: lorawan.name });
      return new LorawanSource({
        ...options,
        config: lorawan,
        bridgeName: config.name,
        log: child,
      });
    }),
    ...config.sources.foreign.map((foreign) => makeForeignSource(foreign, options)),
  ];
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
  checkBrokerFiles({ ...mqtt, name });
  return new ForeignMqttSource({ ...rest, config: mqtt, bridgeName: options.config.name });
}

/** Every sink of the configuration, not opened yet. They share the gates, and what those remember. */
export function makeSinks({ config, clock, log, alarms }: EndsOptions): Sink[] {
  const gates = new EntityGates({ contexts: contextsOf(config) });
  const { mqtt, ngsiLd } = config.sinks;
  return [
    ...mqtt.map((sink) => {
      checkBrokerFiles(sink);
      const child = log.child({ sink: sink.name });
      return new MqttSink({
        config: sink,
        bridgeName: config.name,
        gates,
        clock,
        log: child,
        alarms,
      });
    }),
    ...ngsiLd.map((sink) => {
      const child = log.child({ sink: sink.name });
      return makeNgsiLdSink(sink, { gates, dataDir: config.dataDir, clock, log: child });
    }),
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
