import { isMqttError, type MqttError } from "@bollard/mqtt-engine";
import type { Alarms } from "../alarms.js";

/** A connection that ends within this was hardly one, ms. */
const SHORT_MS = 5000;
/** So many of those in a row are no accident. */
const SHORT_CONNECTIONS = 3;

/** MQTT 5: the broker gives the session to another connection of the same client id. */
const SESSION_TAKEN_OVER = 0x8e;

/** OpenSSL's and Node's names of what is wrong with a broker's certificate. */
const CERTIFICATE =
  /CERT|SELF_SIGNED|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY|ALTNAME|SSL_ALERT|SSLV3|TLSV1|HOSTNAME_MISMATCH/;

const CODES = ["BROKER_CERTIFICATE", "BROKER_REFUSES", "BROKER_CLIENT_ID_TWICE", "BROKER_FILES"];

/**
 * Raises an alarm where a broker stays away for a reason that a person has to put right: its
 * certificate, our credentials, our client id. A broker that cannot be reached is none of these.
 */
export class ConnectionAlarms {
  readonly #alarms: Alarms;
  readonly #place: string;
  readonly #clientId: string;
  #short = 0;

  /** @param place - the end's name in the configuration, such as `sinks.mqtt.city` */
  constructor(alarms: Alarms, place: string, clientId: string) {
    this.#alarms = alarms;
    this.#place = place;
    this.#clientId = clientId;
  }

  /** The connection is up. Two clients of one id are up in turns, so that alarm stands. */
  connected(): void {
    for (const code of CODES) {
      if (code !== "BROKER_CLIENT_ID_TWICE") this.#alarms.clear(code, this.#place);
    }
  }

  /**
   * The connection ended, or an attempt failed.
   *
   * @param lastedMs - how long the connection was up; undefined for an attempt that failed
   */
  lost(error: Error, lastedMs: number | undefined): void {
    const [code, message] = this.#problemOf(error, lastedMs) ?? [];
    if (code && message) this.#alarms.raise(code, this.#place, message);
  }

  /** The broker refuses a message for now; it is tried again. */
  refusing(topic: string, error: Error): void {
    const message = `The broker does not take a message on ${topic}; it is tried again until it does: ${error.message}`;
    this.#alarms.raise("BROKER_REFUSES_MESSAGE", this.#place, message);
  }

  #problemOf(error: Error, lastedMs: number | undefined): readonly [string, string] | undefined {
    if (lastedMs !== undefined) {
      this.#short = lastedMs < SHORT_MS ? this.#short + 1 : 0;
      const isTaken = isMqttError(error) && error.reasonCode === SESSION_TAKEN_OVER;
      if (isTaken || this.#short >= SHORT_CONNECTIONS) {
        const what = isTaken
          ? "The broker gave the session to another connection"
          : "The broker takes the connection and ends it at once";
        return [
          "BROKER_CLIENT_ID_TWICE",
          `${what}: another client may have the id "${this.#clientId}". Give each bridge its own name or clientId.`,
        ];
      }
      return undefined;
    }
    if (!isMqttError(error)) return undefined;
    if (error.code === "MQTT_CONNECT_REFUSED") {
      return ["BROKER_REFUSES", `The broker says no: ${error.message}`];
    }
    if (error.code === "MQTT_INVALID_ARGUMENT") {
      return ["BROKER_FILES", `What the connection needs cannot be used: ${error.message}`];
    }
    const reason = certificateProblem(error);
    return reason === undefined
      ? undefined
      : ["BROKER_CERTIFICATE", `No connection is made, and nothing is sent: ${reason}`];
  }
}

function certificateProblem(error: MqttError): string | undefined {
  const { cause } = error;
  if (!(cause instanceof Error)) return undefined;
  const code = "code" in cause ? String(cause.code) : "";
  return CERTIFICATE.test(code) ? `${cause.message} (${code})` : undefined;
}
