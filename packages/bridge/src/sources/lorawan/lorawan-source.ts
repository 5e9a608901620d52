import type { MqttMessage } from "@bollard/mqtt-engine";
import type { CommandAnswer } from "../../commands/command-desk.js";
import type { Filled, LorawanSourceConfig } from "../../config/config.js";
import type { EndStatus } from "../../page/api-types.js";
import { BrokerIntake, type BrokerSourceOptions, type NodeMessage } from "../mqtt/broker-intake.js";
import type { Source } from "../source.js";
import { FrameCounters } from "./frame-counters.js";
import {
  chirpstackDownTopic,
  formatChirpstackDownlink,
  parseChirpstackUplink,
} from "./parse-chirpstack-uplink.js";
import { formatThingsDownlink, parseThingsUplink, thingsDownTopic } from "./parse-things-uplink.js";
import { type Downlink, type ParseUplink, sessionNumber } from "./uplink.js";

/** What the source is made of. */
export interface LorawanSourceOptions extends BrokerSourceOptions {
  readonly config: Filled<LorawanSourceConfig>;
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
  readonly #server: NetworkServer;
  /** DevEUI to where its downlinks go. */
  readonly #downTopics = new Map<string, string>();
  readonly #intake: BrokerIntake;
  readonly #counters = new FrameCounters();

  constructor(options: LorawanSourceOptions) {
    const { name, server, topic } = options.config;
    this.#options = options;
    this.#server = SERVERS[server];
    this.#intake = new BrokerIntake({
      ...options,
      source: { kind: "lorawan", name },
      filter: topic === "" ? this.#server.topic : topic,
      read: (message) => this.#read(message),
    });
    for (const { source, node, boot, sequence } of options.lastKeys) {
      if (source.kind === "lorawan" && source.name === name) {
        this.#counters.extend(node, boot, sequence);
      }
    }
  }

  open(): Promise<void> {
    return this.#intake.open();
  }

  status(): readonly EndStatus[] {
    return this.#intake.status();
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
    return this.#intake.publish(topic, message).then(() => ({ status: "sent" }));
  }

  close(): Promise<void> {
    return this.#intake.close();
  }

  #read({ topic, payload: bytes }: MqttMessage): NodeMessage | string {
    const uplink = this.#server.parse(parseJson(bytes));
    if (typeof uplink === "string") return uplink;
    const { devEui, session, frameCounter, port, payload, receivedMs, signal } = uplink;
    const open: NodeMessage["open"] = () => {
      this.#noteDownTopic(devEui, topic);
      const boot = sessionNumber(session);
      const sequence = this.#counters.extend(devEui, boot, frameCounter);
      return { isNumbered: true, boot, sequence, payload, binding: port, receivedMs, signal };
    };
    return { node: devEui, open };
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
