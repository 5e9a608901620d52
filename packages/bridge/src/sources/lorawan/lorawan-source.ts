import type { MqttMessage } from "@bollard/mqtt-engine";
import type { Logger } from "pino";
import type { Alarms } from "../../alarms.js";
import type { BridgeClock } from "../../clock.js";
import type { Filled, LorawanSourceConfig } from "../../config/config.js";
import type { SourceName } from "../../entry.js";
import type { EndStatus } from "../../page/api-types.js";
import { isOurPart } from "../mqtt/is-our-part.js";
import { MqttSubscriber } from "../mqtt/mqtt-subscriber.js";
import { UpstreamLosses } from "../mqtt/upstream-losses.js";
import type { Accept, LastKey, Source } from "../source.js";
import { FrameCounters } from "./frame-counters.js";
import { parseChirpstackUplink } from "./parse-chirpstack-uplink.js";
import { parseThingsUplink } from "./parse-things-uplink.js";
import { type ParseUplink, sessionNumber } from "./uplink.js";

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

const SERVERS: Readonly<
  Record<LorawanSourceConfig["server"], { readonly topic: string; readonly parse: ParseUplink }>
> = {
  "the-things-stack": { topic: "v3/+/devices/+/up", parse: parseThingsUplink },
  chirpstack: { topic: "application/+/device/+/event/up", parse: parseChirpstackUplink },
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
  readonly #parse: ParseUplink;
  readonly #subscriber: MqttSubscriber;
  readonly #counters = new FrameCounters();
  readonly #losses: UpstreamLosses;
  #messages = 0;
  #errors = 0;

  constructor(options: LorawanSourceOptions) {
    const { config, bridgeName } = options;
    this.#options = options;
    this.#source = { kind: "lorawan", name: config.name };
    const { topic, parse } = SERVERS[config.server];
    this.#parse = parse;
    const filter = config.topic === "" ? topic : config.topic;
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

  close(): Promise<void> {
    return this.#subscriber.close();
  }

  #take({ topic, payload }: MqttMessage, ack: () => void): boolean {
    const uplink = this.#parse(parseJson(payload));
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
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
  } catch {
    return undefined;
  }
}
