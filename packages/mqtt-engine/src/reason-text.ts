import type { ProtocolVersion } from "./packet/packet-type.js";

/** CONNACK return codes of 3.1.1 (section 3.2.2.3). */
const RETURN_CODES: Readonly<Record<number, string>> = {
  0: "accepted",
  1: "unacceptable protocol version",
  2: "client identifier rejected",
  3: "server unavailable",
  4: "bad user name or password",
  5: "not authorized",
};

/** Reason codes of MQTT 5 (section 2.4). */
const REASON_CODES: Readonly<Record<number, string>> = {
  0: "success",
  1: "granted QoS 1",
  2: "granted QoS 2",
  4: "disconnect with will message",
  16: "no matching subscribers",
  17: "no subscription existed",
  24: "continue authentication",
  25: "re-authenticate",
  128: "unspecified error",
  129: "malformed packet",
  130: "protocol error",
  131: "implementation specific error",
  132: "unsupported protocol version",
  133: "client identifier not valid",
  134: "bad user name or password",
  135: "not authorized",
  136: "server unavailable",
  137: "server busy",
  138: "banned",
  139: "server shutting down",
  140: "bad authentication method",
  141: "keep alive timeout",
  142: "session taken over",
  143: "topic filter invalid",
  144: "topic name invalid",
  145: "packet identifier in use",
  146: "packet identifier not found",
  147: "receive maximum exceeded",
  148: "topic alias invalid",
  149: "packet too large",
  150: "message rate too high",
  151: "quota exceeded",
  152: "administrative action",
  153: "payload format invalid",
  154: "retain not supported",
  155: "QoS not supported",
  156: "use another server",
  157: "server moved",
  158: "shared subscriptions not supported",
  159: "connection rate exceeded",
  160: "maximum connect time",
  161: "subscription identifiers not supported",
  162: "wildcard subscriptions not supported",
};

/**
 * A reason code in words: 135 is "not authorized".
 *
 * @param code - 0 to 255
 * @see MQTT 5.0, section 2.4
 */
export function reasonText(code: number): string {
  return REASON_CODES[code] ?? `reason code ${code}`;
}

/**
 * What a broker's CONNACK code means in words. A 3.1.1 broker answers a version 5 client with the
 * 3.1.1 codes 1 to 5, so both are understood in both versions.
 *
 * @see MQTT 3.1.1, section 3.2.2.3; MQTT 5.0, section 3.2.2.2
 */
export function connectReasonText(version: ProtocolVersion, code: number): string {
  if (version === 4 || (code > 0 && code < 6)) {
    return RETURN_CODES[code] ?? `return code ${code}`;
  }
  return reasonText(code);
}
