import type { Field } from "@bollard/schema";
import { toPlatformField } from "./platform-field.js";
import type { PlatformSchema } from "./platform-schema.js";

/**
 * A Digital Twins Definition Language interface, for Azure Digital Twins and IoT Plug and Play: a
 * Telemetry for each field, a Command for each command.
 *
 * @see https://azure.github.io/opendigitaltwins-dtdl/DTDL/v3/DTDL.v3.html
 */
export function toDigitalTwin(schema: PlatformSchema, version: number): object {
  const { name, title = name, fields, commands = [] } = schema;
  return {
    "@context": "dtmi:dtdl:context;3",
    "@id": `dtmi:bollard:${wordOf(name)};${version}`,
    "@type": "Interface",
    displayName: title.slice(0, MOST_NAME),
    contents: [
      ...fields.map((field) => ({
        "@type": "Telemetry",
        ...described(field),
        schema: schemaOf(field),
      })),
      ...commands.map((command) => ({
        "@type": "Command",
        name: wordOf(command.name),
        displayName: (command.title ?? command.name).slice(0, MOST_NAME),
        ...(command.fields.length > 0 && {
          request: {
            name: "values",
            schema: {
              "@type": "Object",
              fields: command.fields.map((field) => ({
                ...described(field),
                schema: schemaOf(field),
              })),
            },
          },
        }),
      })),
    ],
  };
}

/** Most characters of a display name. */
const MOST_NAME = 512;

function described(field: Field): object {
  const { title, displayUnit } = toPlatformField(field);
  return {
    name: field.name.replace(/_+$/, ""),
    displayName: title.slice(0, MOST_NAME),
    ...(displayUnit && { comment: `in ${displayUnit}` }),
  };
}

function schemaOf(field: Field): unknown {
  switch (field.kind) {
    case "quantity":
    case "duration":
      return "double";
    case "counter":
      return "long";
    case "boolean":
      return "boolean";
    case "enum":
      return {
        "@type": "Enum",
        valueSchema: "string",
        enumValues: field.values.map((value) => ({
          name: wordOf(value),
          enumValue: value,
        })),
      };
    case "text":
    case "bytes":
      return "string";
    case "flags":
      return { "@type": "Array", elementSchema: "string" };
    case "array":
      return { "@type": "Array", elementSchema: "double" };
    case "position":
      return "point";
  }
}

function wordOf(name: string): string {
  const word = name.replace(/[^A-Za-z0-9_]/g, "_").replace(/_+$/, "");
  return /^[A-Za-z]/.test(word) ? word : `v${word}`;
}
