import { type Field, positionRangesOf, rangeOf } from "@bollard/schema";
import { toPlatformField } from "./platform-field.js";
import type { PlatformSchema } from "./platform-schema.js";

/** A JSON Schema, or a data schema of a Thing Description: the words used here are in both. */
export type DataSchema = Readonly<Record<string, unknown>>;

/**
 * JSON Schema of a reading as the bridge publishes it in the form `json`:
 * `{"node":…,"schema":…,"key":…,"time":…,"values":{…}}`, a missing value being `null`.
 *
 * @see JSON Schema 2020-12
 */
export function toReadingJsonSchema(schema: PlatformSchema): DataSchema {
  const { name, title = name } = schema;
  const text = { type: "string" };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title,
    type: "object",
    required: ["node", "schema", "key", "time", "values"],
    additionalProperties: false,
    properties: {
      node: { ...text, description: "The owner's name of the node" },
      schema: { const: name },
      key: { ...text, description: "The same however often the reading is delivered" },
      time: { ...text, format: "date-time", description: "When it was observed, UTC" },
      values: toValuesSchema(schema, true),
    },
  };
}

/** Data schema of the values by field name. @param isNullable - what is missing may be `null` */
export function toValuesSchema({ fields }: PlatformSchema, isNullable: boolean): DataSchema {
  const required = fields.filter(({ optional }) => !optional).map(({ name }) => name);
  return {
    type: "object",
    properties: Object.fromEntries(
      fields.map((field) => [field.name, valueSchema(field, isNullable && field.optional)]),
    ),
    ...(required.length > 0 && { required }),
  };
}

function valueSchema(field: Field, isNullable: boolean): DataSchema {
  const { title, displayUnit } = toPlatformField(field);
  const { type, ...rest } = shapeOf(field);
  return {
    title,
    ...(field.description && { description: field.description.trim() }),
    ...(displayUnit && { unit: displayUnit }),
    type: isNullable ? [type, "null"] : type,
    // An enum bounds whatever its type says.
    ...(isNullable && "enum" in rest
      ? { ...rest, enum: [...(rest.enum as readonly string[]), null] }
      : rest),
  };
}

function shapeOf(field: Field): { readonly type: string } & DataSchema {
  switch (field.kind) {
    case "quantity":
      return { type: "number", minimum: field.min, maximum: field.max };
    case "counter":
    case "duration": {
      const { min, max } = rangeOf(field);
      return { type: field.kind === "counter" ? "integer" : "number", minimum: min, maximum: max };
    }
    case "boolean":
      return { type: "boolean" };
    case "enum":
      return { type: "string", enum: field.values };
    case "flags":
      return {
        type: "array",
        items: { type: "string", enum: field.flags },
        maxItems: field.flags.length,
      };
    case "position": {
      const { latitude, longitude } = positionRangesOf(field);
      const degrees = ({ min, max }: { min: number; max: number }) => ({
        type: "number",
        unit: "°",
        minimum: min,
        maximum: max,
      });
      return {
        type: "object",
        required: ["latitude", "longitude"],
        properties: {
          latitude: degrees(latitude),
          longitude: degrees(longitude),
          ...(field.altitude && { altitude: { type: "number", unit: "m" } }),
        },
      };
    }
    case "text":
      return { type: "string", maxLength: field.maxBytes };
    case "bytes":
      return { type: "string", description: "base64" };
    case "array": {
      const { length, min, max } = field;
      const items = { type: "number", minimum: min, maximum: max };
      return { type: "array", minItems: length, maxItems: length, items };
    }
  }
}
