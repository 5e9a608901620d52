import type { Field } from "@bollard/schema";
import type { PlatformSchema } from "./platform-schema.js";

/** Go's layout of RFC 3339; it takes fractions of a second too. */
const TIME_LAYOUT = "2006-01-02T15:04:05Z07:00";

/**
 * A configuration for Telegraf: takes the readings that the bridge publishes in the form `json` into a
 * measurement, by the node's name. What has several parts becomes a field each.
 *
 * @param broker - such as `mqtts://broker.example`
 * @see Telegraf, plugins/inputs/mqtt_consumer and plugins/parsers/json_v2
 */
export function toTelegrafConfig(
  schema: PlatformSchema,
  broker: string,
  prefix = "bollard",
): string {
  const { hostname, port, protocol } = new URL(broker);
  const isSecure = protocol === "mqtts:";
  const server = `${isSecure ? "ssl" : "tcp"}://${hostname}:${port || (isSecure ? 8883 : 1883)}`;
  return `# ${schema.title ?? schema.name}: readings as a Bollard bridge publishes them, into Telegraf.
[[inputs.mqtt_consumer]]
  servers = [${JSON.stringify(server)}]
  topics = [${JSON.stringify(`${prefix}/+/${schema.name}/json`)}]
  qos = 1
  persistent_session = true
  client_id = "telegraf-${schema.name}"
  # The node is a tag already.
  topic_tag = ""
  data_format = "json_v2"

  [[inputs.mqtt_consumer.json_v2]]
    measurement_name = ${JSON.stringify(schema.name)}
    timestamp_path = "time"
    timestamp_format = "${TIME_LAYOUT}"
    timestamp_timezone = "UTC"

    [[inputs.mqtt_consumer.json_v2.tag]]
      path = "node"
${schema.fields.flatMap(fieldsOf).map(formatField).join("")}`;
}

interface TelegrafField {
  readonly path: string;
  readonly name: string;
  readonly type: "float" | "int" | "bool" | "string";
}

function fieldsOf(field: Field): readonly TelegrafField[] {
  const path = `values.${field.name}`;
  const one = (type: TelegrafField["type"]) => [{ path, name: field.name, type }];
  const part = (name: string | number) => ({
    path: `${path}.${name}`,
    name: `${field.name}_${name}`,
    type: "float" as const,
  });
  switch (field.kind) {
    case "boolean":
      return one("bool");
    case "enum":
    case "text":
    case "bytes":
      return one("string");
    case "flags":
      // A list of words has no form as one field.
      return [];
    case "position":
      return ["latitude", "longitude", ...(field.altitude ? ["altitude"] : [])].map(part);
    case "array":
      return Array.from({ length: field.length }, (_, index) => part(index));
    default:
      return one("float");
  }
}

function formatField({ path, name, type }: TelegrafField): string {
  return `
    [[inputs.mqtt_consumer.json_v2.field]]
      path = ${JSON.stringify(path)}
      rename = ${JSON.stringify(name)}
      type = "${type}"
      optional = true
`;
}
