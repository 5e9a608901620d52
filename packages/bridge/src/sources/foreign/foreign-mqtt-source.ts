import type { Logger } from "pino";
import type { Filled, ForeignMqttConfig } from "../../config/config.js";
import { TopicTemplate } from "../../mqtt/topic-template.js";
import type { EndStatus } from "../../page/api-types.js";
import { MqttSubscriber } from "../mqtt/mqtt-subscriber.js";
import type { Source } from "../source.js";
import { ForeignIntake, type ForeignIntakeOptions } from "./foreign-intake.js";

/** What the source is made of. */
export interface ForeignMqttSourceOptions extends ForeignIntakeOptions {
  readonly config: Filled<ForeignMqttConfig>;
  readonly bridgeName: string;
  readonly commit: () => Promise<void>;
  readonly log: Logger;
}

/** Foreign sensors that publish to a broker, each message mapped to a schema. */
export class ForeignMqttSource implements Source {
  readonly #name: string;
  readonly #intake: ForeignIntake;
  readonly #subscriber: MqttSubscriber;

  constructor(options: ForeignMqttSourceOptions) {
    const { config, bridgeName, name } = options;
    this.#name = name;
    this.#intake = new ForeignIntake(options);
    const template = new TopicTemplate(config.topic);
    const { filter } = template;
    this.#subscriber = new MqttSubscriber({
      ...options,
      config: { ...config, name },
      clientId: `${bridgeName}-${name}-in`,
      filters: [config.share === undefined ? filter : `$share/${config.share}/${filter}`],
      place: `sources.foreign.${name}`,
      take: ({ topic, payload, retain }, ack) =>
        this.#intake.take(payload, template.match(topic) ?? {}, retain, ack),
    });
  }

  async open(): Promise<void> {
    this.#subscriber.open();
  }

  status(): readonly EndStatus[] {
    const { messages, errors } = this.#intake;
    return [{ name: this.#name, kind: "mqtt", ...this.#subscriber.status, messages, errors }];
  }

  close(): Promise<void> {
    return this.#subscriber.close();
  }
}
