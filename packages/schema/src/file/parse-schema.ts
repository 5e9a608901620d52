import sensorSchema from "../../sensor-schema.schema.json" with { type: "json" };
import { checkSchema } from "../check-schema.js";
import { fillDefaults } from "../fill-defaults.js";
import type { SchemaInput } from "../schema-input.js";
import type { SensorSchema } from "../sensor-schema.js";
import { parseDocument } from "./parse-document.js";
import { readText } from "./read-text.js";

/** The published JSON Schema of a sensor schema file, draft 7. */
export const sensorSchemaJsonSchema: object = sensorSchema;

/**
 * Reads a sensor schema from YAML or JSON text.
 *
 * The keys are those of `SensorSchema`, with defaults left out; a field without a kind is a quantity,
 * `time: absolute` stands for a mode in whole seconds, `maps: { AirQualityObserved: pm25 }` for a
 * list of model properties.
 *
 * @param options.file - name of the file, as errors show it; default `input`
 * @throws {@link SchemaError} with every problem, as `file:line:column key: what is wrong; what
 * would be right`
 */
export function parseSchema(text: string, options: { readonly file?: string } = {}): SensorSchema {
  const document = { ...options, jsonSchema: sensorSchemaJsonSchema, check: checkSchema };
  const { $schema: _, ...input } = parseDocument(text, document).value as SchemaInput & {
    readonly $schema?: string;
  };
  return fillDefaults(input);
}

/**
 * Reads a sensor schema from a YAML or JSON file.
 *
 * @throws {@link SchemaError} `SCHEMA_UNREADABLE` where the file cannot be read, with the cause; else
 * as `parseSchema`
 */
export function readSchemaFile(path: string): SensorSchema {
  return parseSchema(readText(path), { file: path });
}
