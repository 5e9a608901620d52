import type { PlatformSchema } from "./platform-schema.js";

/**
 * A device profile of ThingsBoard for the nodes of a schema, in the form that its profile page imports. As
 * `toThingsBoardTelemetry` sends them, so here: telemetry as JSON, over a gateway or by the node itself.
 *
 * @see https://thingsboard.io/docs/user-guide/device-profiles/
 */
export function toThingsBoardProfile(schema: PlatformSchema): object {
  const { name, title = name } = schema;
  return {
    name,
    description: title,
    type: "DEFAULT",
    transportType: "MQTT",
    provisionType: "DISABLED",
    default: false,
    profileData: {
      configuration: { type: "DEFAULT" },
      transportConfiguration: {
        type: "MQTT",
        deviceTelemetryTopic: "v1/devices/me/telemetry",
        deviceAttributesTopic: "v1/devices/me/attributes",
        deviceAttributesSubscribeTopic: "v1/devices/me/attributes",
        transportPayloadTypeConfiguration: { transportPayloadType: "JSON" },
        sendAckOnValidationException: false,
      },
      provisionConfiguration: { type: "DISABLED", provisionDeviceSecret: null },
      alarms: [],
    },
  };
}
