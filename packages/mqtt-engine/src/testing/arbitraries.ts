import fc from "fast-check";
import type { QoS } from "../packet/packet-type.js";
import { type MqttProperties, NO_PROPERTIES } from "../packet/properties.js";

/** Any text that MQTT may carry: no U+0000, no lone surrogate. */
export const text = fc
  .string({ unit: "binary", maxLength: 40 })
  .map((any) => any.replaceAll("\0", ""));

/** Text of one character or more. */
export const filledText = text.map((any) => any || "x");

/** A topic name. */
export const topic = filledText.map((any) => any.replaceAll(/[+#]/g, "/"));

export const qos = fc.constantFrom<QoS>(0, 1, 2);
export const packetId = fc.integer({ min: 1, max: 65_535 });
export const bytes = fc.uint8Array({ maxLength: 300 });

/** Names that read back in the order they were written: not `__proto__`, not like an index. */
const propertyName = fc.stringMatching(/^[a-z]{1,8}$/);

const values = {
  payloadFormatIndicator: fc.boolean(),
  messageExpiryInterval: fc.integer({ min: 0, max: 0xffff_ffff }),
  contentType: text,
  responseTopic: topic,
  correlationData: fc.uint8Array({ maxLength: 20 }),
  sessionExpiryInterval: fc.integer({ min: 0, max: 0xffff_ffff }),
  assignedClientIdentifier: filledText,
  serverKeepAlive: fc.integer({ min: 0, max: 65_535 }),
  authenticationMethod: text,
  authenticationData: fc.uint8Array({ maxLength: 20 }),
  requestProblemInformation: fc.boolean(),
  willDelayInterval: fc.integer({ min: 0, max: 0xffff_ffff }),
  requestResponseInformation: fc.boolean(),
  responseInformation: text,
  serverReference: text,
  reasonString: text,
  receiveMaximum: fc.integer({ min: 1, max: 65_535 }),
  topicAliasMaximum: fc.integer({ min: 0, max: 65_535 }),
  topicAlias: fc.integer({ min: 1, max: 65_535 }),
  maximumQoS: fc.constantFrom(0, 1),
  retainAvailable: fc.boolean(),
  userProperties: fc.uniqueArray(fc.tuple(propertyName, text), {
    minLength: 1,
    maxLength: 4,
    selector: ([name]) => name,
  }),
  maximumPacketSize: fc.integer({ min: 1, max: 0xffff_ffff }),
  wildcardSubscriptionAvailable: fc.boolean(),
  subscriptionIdentifierAvailable: fc.boolean(),
  sharedSubscriptionAvailable: fc.boolean(),
} satisfies Record<string, fc.Arbitrary<unknown>>;

/** Any of these properties, each there or not. */
export function propertiesOf(
  ...names: readonly (keyof typeof values)[]
): fc.Arbitrary<MqttProperties> {
  const chosen = Object.fromEntries(names.map((name) => [name, values[name]]));
  return fc
    .record(chosen, { requiredKeys: [] })
    .map((some) => (Object.keys(some).length === 0 ? NO_PROPERTIES : (some as MqttProperties)));
}

export const publishProperties = propertiesOf(
  "payloadFormatIndicator",
  "messageExpiryInterval",
  "contentType",
  "responseTopic",
  "correlationData",
  "userProperties",
);

export const willProperties = propertiesOf(
  "payloadFormatIndicator",
  "messageExpiryInterval",
  "contentType",
  "responseTopic",
  "correlationData",
  "userProperties",
  "willDelayInterval",
);

export const connectProperties = propertiesOf(
  "sessionExpiryInterval",
  "receiveMaximum",
  "maximumPacketSize",
  "topicAliasMaximum",
  "requestResponseInformation",
  "requestProblemInformation",
  "userProperties",
);

export const connackProperties = propertiesOf(
  "sessionExpiryInterval",
  "receiveMaximum",
  "maximumQoS",
  "retainAvailable",
  "maximumPacketSize",
  "assignedClientIdentifier",
  "topicAliasMaximum",
  "reasonString",
  "userProperties",
  "wildcardSubscriptionAvailable",
  "subscriptionIdentifierAvailable",
  "sharedSubscriptionAvailable",
  "serverKeepAlive",
  "responseInformation",
  "serverReference",
  "authenticationMethod",
  "authenticationData",
);

export const reasonProperties = propertiesOf("reasonString", "userProperties");
