import type { MqttMessage } from "@bollard/mqtt-engine";
import type { Logger } from "pino";
import type { Alarms } from "../../alarms.js";
import type { BridgeClock } from "../../clock.js";
import type { CommandAnswer } from "../../commands/command-desk.js";
import type { Filled, LorawanSourceConfig } from "../../config/config.js";
import type { SourceName } from "../../entry.js";
import type { EndStatus } from "../../page/api-types.js";
import { isOurPart } from "../mqtt/is-our-part.js";
import { MqttSubscriber } from "../mqtt/mqtt-subscriber.js";
import { UpstreamLosses } from "../mqtt/upstream-losses.js";
import type { Accept, LastKey, Source } from "../source.js";
import { FrameCounters } from "./frame-counters.js";
import {
  chirpstackDownTopic,
  formatChirpstackDownlink,
  parseChirpstackUplink,
} from "./parse-chirpstack-uplink.js";
import { formatThingsDownlink, parseThingsUplink, thingsDownTopic } from "./parse-things-uplink.js";
import { type Downlink, type ParseUplink, sessionNumber } from "./uplink.js";

/** What the source is made of. */
export interface LorawanSourceOptions {
  readonly config: Filled<LorawanSourceConfig>;
  readonly bridgeName: string;
  readonly accept: Accept;
  readonly commit: () => Promise<void>;
  /** The newest key of each node from before the start. */
  readonly lastKeys: readonly LastKey[];
  readonly alarms: Alarms;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

/** Devices whose way down is known. */
const MAX_DEVICES = 20_000;

/** What is different from one network server to the next. */
interface NetworkServer {
  /** Every uplink that the user may read. */
  readonly topic: string;
  readonly parse: ParseUplink;
  /** Where downlinks go for the device of this uplink's topic. */
  readonly downTopic: (topic: string) => string;
  readonly formatDownlink: (downlink: Downlink) => string;
}

const SERVERS: Readonly<Record<LorawanSourceConfig["server"], NetworkServer>> = {
  "the-things-stack": {
    topic: "v3/+/devices/+/up",
    parse: parseThingsUplink,
    downTopic: thingsDownTopic,
    formatDownlink: formatThingsDownlink,
  },
  chirpstack: {
    topic: "application/+/device/+/event/up",
    parse: parseChirpstackUplink,
    downTopic: chirpstackDownTopic,
    formatDownlink: formatChirpstackDownlink,
  },
};

/**
 * Uplinks of LoRaWAN devices, as a network server publishes them.
 *
 * The key is the DevEUI, a number for the join session, and the frame counter in 32 bits; the port
 * goes with the payload and tells its schema.
 */
export class LorawanSource implements Source {
  readonly #options: LorawanSourceOptions;
  readonly #source: SourceName;
  readonly #server: NetworkServer;
  /** DevEUI to where its downlinks go. */
  readonly #downTopics = new Map<string, string>();
  readonly #subscriber: MqttSubscriber;
  readonly #counters = new FrameCounters();
  readonly #losses: UpstreamLosses;
  #messages = 0;
  #errors = 0;

  constructor(options: LorawanSourceOptions) {
    const { config, bridgeName } = options;
    this.#options = options;
    this.#source = { kind: "lorawan", name: config.name };
    this.#server = SERVERS[config.server];
    const filter = config.topic === "" ? this.#server.topic : config.topic;
    this.#subscriber = new MqttSubscriber({
      ...options,
      clientId: `${bridgeName}-${config.name}-in`,
      filters: [config.share === undefined ? filter : `$share/${config.share}/${filter}`],
      place: `sources.lorawan.${config.name}`,
      take: (message, ack) => this.#take(message, ack),
    });
    this.#losses = new UpstreamLosses({
      ...options,
      source: this.#source,
      isShared: config.share !== undefined,
    });
    for (const { source, node, boot, sequence } of options.lastKeys) {
      if (source.kind === "lorawan" && source.name === config.name) {
        this.#counters.extend(node, boot, sequence);
      }
    }
  }

  async open(): Promise<void> {
    this.#subscriber.open();
  }

  status(): readonly EndStatus[] {
    const { state, detail } = this.#subscriber.state;
    return [
      {
        name: this.#options.config.name,
        kind: "mqtt",
        state,
        detail: detail + this.#losses.text,
        messages: this.#messages,
        errors: this.#errors,
      },
    ];
  }

  /** To a device whose uplinks have told where its downlinks go; it answers by what it does. */
  command(
    node: string,
    payload: Uint8Array,
    { id }: { readonly id: string },
  ): Promise<CommandAnswer> | undefined {
    const topic = this.#downTopics.get(node);
    if (topic === undefined) return undefined;
    const { downPort } = this.#options.config;
    const message = this.#server.formatDownlink({ devEui: node, port: downPort, payload, id });
    return this.#subscriber.publish(topic, message).then(() => ({ status: "sent" }));
  }

  close(): Promise<void> {
    return this.#subscriber.close();
  }

  #take({ topic, payload }: MqttMessage, ack: () => void): boolean {
    const uplink = this.#server.parse(parseJson(payload));
    if (typeof uplink === "string") {
      this.#errors++;
      this.#options.log.warn({ topic, reason: uplink }, "a message was left out");
      ack();
      return true;
    }
    const { devEui, port, receivedMs } = uplink;
    if (!isOurPart(devEui, this.#options.config.split)) {
      ack();
      return true;
    }
    this.#noteDownTopic(devEui, topic);
    const boot = sessionNumber(uplink.session);
    const sequence = this.#counters.extend(devEui, boot, uplink.frameCounter);
    this.#messages++;
    const taken = this.#options.accept({
      source: this.#source,
      node: devEui,
      boot,
      sequence,
      payload: uplink.payload,
      binding: port,
      receivedMs,
      kept: ack,
    });
    if (taken) this.#losses.note(devEui, boot, sequence);
    return taken;
  }

  /** Bounded: the device that was silent for longest is forgotten. */
  #noteDownTopic(devEui: string, topic: string): void {
    this.#downTopics.delete(devEui);
    this.#downTopics.set(devEui, this.#server.downTopic(topic));
    const eldest = this.#downTopics.keys().next();
    if (this.#downTopics.size > MAX_DEVICES && !eldest.done) this.#downTopics.delete(eldest.value);
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
  } catch {
    return undefined;
  }
}
