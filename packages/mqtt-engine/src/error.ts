/** What went wrong. The code is stable; the message is for people and may change. */
export type MqttErrorCode =
  | "MQTT_MALFORMED_PACKET" // bytes that are no MQTT packet; `offset` says where
  | "MQTT_PACKET_TOO_LARGE" // more than `maxPacketBytes` coming in, or than the broker takes going out
  | "MQTT_PROTOCOL_ERROR" // a legal packet where the standard allows none
  | "MQTT_CONNECT_REFUSED" // the broker said no to CONNECT; `reasonCode` says why
  | "MQTT_SERVER_DISCONNECTED" // the broker sent DISCONNECT; `reasonCode` says why
  | "MQTT_TIMEOUT" // no answer in time: connect, CONNACK, PINGRESP, PUBACK or SUBACK
  | "MQTT_NETWORK" // the socket failed or closed; `cause` has the system's error
  | "MQTT_NOT_CONNECTED" // a QoS 0 publish while there is no connection
  | "MQTT_QUEUE_FULL" // more waiting than `maxQueued` or `maxQueuedBytes`
  | "MQTT_PUBLISH_REFUSED" // the broker acknowledged with a reason code of 128 or more
  | "MQTT_SUBSCRIBE_REFUSED" // the same for SUBSCRIBE or UNSUBSCRIBE
  | "MQTT_CLOSED" // `close()` was called before this was done
  | "MQTT_INVALID_ARGUMENT"; // a topic, filter or option that the standard does not allow

/** Where and why, beside the code. */
export interface MqttErrorDetail extends ErrorOptions {
  /** Bytes from the packet's first byte. */
  readonly offset?: number;
  /** The broker's return code (3.1.1) or reason code (5), 0 to 255. */
  readonly reasonCode?: number;
}

/** The one error of this package. */
export class MqttError extends Error {
  override readonly name = "MqttError";
  readonly code: MqttErrorCode;
  /** Where in the packet it went wrong, in bytes from the packet's first byte; else undefined. */
  readonly offset: number | undefined;
  /** The broker's return code (3.1.1) or reason code (5), where it gave one; else undefined. */
  readonly reasonCode: number | undefined;

  constructor(code: MqttErrorCode, message: string, detail: MqttErrorDetail = {}) {
    const place = detail.offset === undefined ? "" : ` at byte ${detail.offset}`;
    super(`${message} (${code}${place})`, detail);
    this.code = code;
    this.offset = detail.offset;
    this.reasonCode = detail.reasonCode;
  }
}

/** True for an MqttError from any copy of this package, also one loaded twice. */
export function isMqttError(error: unknown): error is MqttError {
  return error instanceof Error && error.name === "MqttError" && "code" in error;
}
