import type { MqttMessage } from "@bollard/mqtt-engine";
import type { CommandDesk } from "../../commands/command-desk.js";
import { formatTopic, TopicTemplate } from "../../mqtt/topic-template.js";
import type { OutgoingMessage } from "./mqtt-publisher.js";

/** Where commands come from, and where their results go. */
export interface CommandIntakeOptions {
  readonly desk: CommandDesk;
  /** With `{node}`, and `{command}` where the topic tells it. */
  readonly topic: string;
  /** With `{node}`. */
  readonly resultTopic: string;
  readonly publish: (message: OutgoingMessage) => void;
}

/** A longer one is no command. */
const MAX_BYTES = 16_384;

/**
 * Takes commands from topics and publishes what came of them.
 *
 * One that the broker retained is passed over: it would be done again at each connection.
 */
export class CommandIntake {
  readonly filter: string;
  readonly #options: CommandIntakeOptions;
  readonly #template: TopicTemplate;

  constructor(options: CommandIntakeOptions) {
    this.#options = options;
    this.#template = new TopicTemplate(options.topic);
    this.filter = this.#template.filter;
  }

  readonly take = ({ topic, payload, retain }: MqttMessage): void => {
    const { node, command } = this.#template.match(topic) ?? {};
    if (retain || node === undefined) return;
    const { desk, resultTopic, publish } = this.#options;
    void desk.ask(node, parse(payload), command).then((result) => {
      const message = JSON.stringify(result);
      publish({ topic: formatTopic(resultTopic, { node }), payload: message, retain: false });
    });
  };
}

function parse(payload: Uint8Array): unknown {
  if (payload.length > MAX_BYTES) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return undefined;
  }
}
