import { Buffer } from "node:buffer";
import { MqttError } from "../error.js";

/**
 * Checks a topic name to publish to.
 *
 * @throws {@link MqttError} `MQTT_INVALID_ARGUMENT`
 * @see MQTT 3.1.1 and 5.0, section 4.7
 */
export function checkTopic(topic: string): void {
  for (let at = 0; at < topic.length; at++) {
    const unit = topic.charCodeAt(at);
    if (unit === 0 || unit === 0x23 || unit === 0x2b) {
      throw invalid("topic", topic, "+, # and U+0000 are not allowed in a topic name");
    }
  }
  checkLength("topic", topic);
}

/**
 * Checks a topic filter to subscribe to, with `+` and `#` where they may stand.
 *
 * @throws {@link MqttError} `MQTT_INVALID_ARGUMENT`
 * @see MQTT 3.1.1 and 5.0, section 4.7; MQTT 5.0, section 4.8.2 for shared subscriptions
 */
export function checkFilter(filter: string): void {
  checkLength("filter", filter);
  const levels = filter.split("/");
  for (const [index, level] of levels.entries()) {
    if (level.includes("\0")) throw invalid("filter", filter, "U+0000 is not allowed");
    if (level.includes("+") && level !== "+") {
      throw invalid("filter", filter, "+ has to fill its level, as in a/+/b");
    }
    if (level.includes("#") && (level !== "#" || index !== levels.length - 1)) {
      throw invalid("filter", filter, "# has to be the last level, as in a/#");
    }
  }
  if (levels[0] === "$share" && (!levels[1] || levels[1] === "+" || !levels[2])) {
    throw invalid("filter", filter, "a shared subscription reads $share/group/filter");
  }
}

function checkLength(what: string, text: string): void {
  if (text === "") throw invalid(what, text, "it may not be empty");
  if (text.length > 21_845 && Buffer.byteLength(text) > 0xffff) {
    throw invalid(what, `${text.slice(0, 40)}…`, "at most 65535 bytes fit");
  }
}

function invalid(what: string, text: string, why: string): MqttError {
  return new MqttError("MQTT_INVALID_ARGUMENT", `${what} "${text}": ${why}`);
}
