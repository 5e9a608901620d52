import type { PlatformMessage } from "@bollard/platforms";
import type { Logger } from "pino";
import type { Alarms } from "../../alarms.js";
import type { BridgeClock } from "../../clock.js";
import type { CommandDesk } from "../../commands/command-desk.js";
import type { Delivery } from "../../delivery.js";
import type { BrokerConfig } from "../../mqtt/broker-options.js";
import { ConnectionAlarms } from "../../mqtt/connection-alarms.js";
import { HttpSender, type HttpTls } from "../http-sender.js";
import { Countdown } from "../mqtt/countdown.js";
import { InTurn } from "../mqtt/in-turn.js";
import { MqttPublisher } from "../mqtt/mqtt-publisher.js";
import { Refusals } from "../refusals.js";
import { Rounds } from "../rounds.js";
import type { Sink, SinkState } from "../sink.js";
import type { MqttPlatform } from "./platform.js";
import { Preparations } from "./preparations.js";

/** What the sink is made of. */
export interface MqttPlatformSinkOptions {
  readonly config: BrokerConfig;
  /** Its place in the configuration, such as `sinks.thingsBoard.city`. */
  readonly place: string;
  readonly bridgeName: string;
  readonly platform: MqttPlatform;
  /** Most messages sent ahead of the broker's acknowledgement. */
  readonly inFlight: number;
  readonly maxBehind?: number | undefined;
  readonly isLiveFirst?: boolean;
  /** Read before each connection, in place of the user name of the configuration. */
  readonly username?: () => string;
  /** For what has to be made over HTTP first. */
  readonly timeoutMs?: number;
  readonly tls?: HttpTls;
  readonly alarms: Alarms;
  /** Takes commands for nodes. Default: nobody does. */
  readonly commands?: CommandDesk | undefined;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

const NO_TLS = {} as HttpTls;

/**
 * Tells a platform of readings over MQTT, QoS 1, in order: what is not acknowledged when a connection
 * ends is sent again on the next one.
 */
export class MqttPlatformSink implements Sink {
  readonly kind: Sink["kind"];
  readonly name: string;
  readonly window: number;
  readonly maxBehind: number | undefined;
  readonly isLiveFirst: boolean;
  readonly #options: MqttPlatformSinkOptions;
  readonly #publisher: MqttPublisher;
  readonly #refusals: Refusals;
  readonly #turn = new InTurn();
  /** What stands before readings: it waits and tries again. */
  readonly #rounds: Rounds<never>;
  readonly #http: HttpSender;
  readonly #preparations: Preparations;
  readonly #introduced = new Set<string>();
  #session = "";

  constructor(options: MqttPlatformSinkOptions) {
    const { config, platform, clock, log, bridgeName, commands, username } = options;
    this.kind = platform.kind;
    this.name = config.name;
    this.window = options.inFlight;
    this.maxBehind = options.maxBehind;
    this.isLiveFirst = options.isLiveFirst ?? false;
    this.#options = options;
    this.#refusals = new Refusals(log);
    this.#rounds = new Rounds({ farEnd: "platform", send: async () => true, clock, log });
    const { timeoutMs = 10_000, tls = NO_TLS } = options;
    this.#http = new HttpSender({ tls, timeoutMs, signal: this.#rounds.closing });
    this.#preparations = new Preparations(this.#http, this.#refusals);
    const clientId = config.clientId || `${bridgeName}-${config.name}-${platform.kind}`;
    this.#publisher = new MqttPublisher({
      config,
      clientId,
      inFlight: options.inFlight,
      alarms: new ConnectionAlarms(options.alarms, options.place, clientId),
      clock,
      log,
      ...(username && { username }),
      ...(commands && platform.commands && { incoming: this.#intake(commands, platform.commands) }),
      onConnect: () => {
        // What waited for the first connection has its introduction with it.
        if (this.#session !== "") this.#introduced.clear();
        this.#session = Math.trunc(clock.wallMs()).toString(36);
      },
    });
  }

  open(): void {
    this.#publisher.open();
  }

  deliver(delivery: Delivery): Promise<void> {
    return new Promise((resolve) => {
      this.#turn.run(() => this.#handOver(delivery, resolve));
    });
  }

  recall(): void {}

  caughtUp(): void {}

  state(): SinkState {
    const { state, detail, taken, refused, trouble } = this.#publisher;
    const stopped = this.#rounds.view("");
    const isStopped = stopped.state === "down" && state === "up";
    const shown = isStopped ? stopped : { state, detail, ...trouble };
    return {
      ...shown,
      detail: shown.detail + this.#refusals.text,
      messages: taken,
      errors: this.#refusals.count + refused,
    };
  }

  async close(): Promise<void> {
    this.#rounds.close();
    this.#http.close();
    await this.#publisher.close();
  }

  async #handOver(delivery: Delivery, resolve: () => void): Promise<void> {
    const { platform } = this.#options;
    const preparations = platform.preparationsOf?.(delivery) ?? [];
    if (preparations.length > 0) {
      if (!(await this.#preparations.make(preparations, this.#rounds))) return;
      this.#rounds.isUp();
    }
    const { out, refusals } = await platform.tell(delivery);
    for (const reason of refusals) this.#refusals.note(this.name, reason);
    const open = new Countdown(resolve);
    for (const message of [...this.#introduction(delivery), ...out]) {
      open.add();
      await this.#publish(message, () => open.done());
    }
    open.done();
  }

  #introduction(delivery: Delivery): readonly PlatformMessage[] {
    const { platform } = this.#options;
    const key = `${delivery.node.name}/${delivery.schema.schema.name}`;
    if (!platform.introduce || this.#introduced.has(key)) return [];
    this.#introduced.add(key);
    return platform.introduce(delivery);
  }

  #publish(message: PlatformMessage, done: () => void): Promise<void> | undefined {
    const { topic, payload, retain = false } = message;
    return this.#publisher.publish({ topic, payload, retain }, done);
  }

  #intake(desk: CommandDesk, commands: NonNullable<MqttPlatform["commands"]>) {
    return {
      filter: commands.filters,
      take: (message: Parameters<typeof commands.take>[0]) => {
        if (message.retain) return;
        for (const { command, answer } of commands.take(message)) {
          const { node, id, command: name, values, schema } = command;
          const request = { id: `${id}-${this.#session}`.slice(0, 64), command: name, values };
          const asked = schema === undefined ? request : { ...request, schema };
          void desk.ask(node, asked).then((result) => {
            const answered = answer(result);
            this.#turn.run(() => this.#publish(answered, () => {}));
          });
        }
      },
    };
  }
}
