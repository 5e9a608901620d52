import type { Field } from "@bollard/schema";
import { toPlatformField } from "./platform-field.js";
import type { PlatformSchema } from "./platform-schema.js";

/**
 * A reading as a Protobuf message, for a data lake: what every reading has, then the fields by name. A
 * field keeps its number as long as the schema keeps its id, since a changed layout takes a new one.
 *
 * @see https://protobuf.dev/programming-guides/proto3/
 */
export function toProtobufSchema(schema: PlatformSchema): string {
  const { name, title = name, fields } = schema;
  const lines = fields.map((field, index) => {
    const [type, isList] = protobufType(field);
    const rule = isList ? "repeated " : type === "Position" ? "" : "optional ";
    return `  // ${wordsOf(field)}\n  ${rule}${type} ${field.name} = ${FIRST_NUMBER + index};`;
  });
  const position = fields.some(({ kind }) => kind === "position") ? POSITION : "";
  return `syntax = "proto3";

package bollard.${wordOf(name)};

// ${title}
message Reading {
  // The owner's name of the node.
  string node = 1;
  // The same however often the reading is delivered.
  string key = 2;
  // When it was observed, milliseconds since 1970-01-01T00:00:00Z.
  int64 time_ms = 3;
${lines.join("\n")}
}
${position}`;
}

/**
 * A reading as an Avro record, for a data lake.
 *
 * @see Apache Avro 1.11, Schema Declaration
 */
export function toAvroSchema(schema: PlatformSchema): object {
  const { name, title = name, fields } = schema;
  const text = (of: string, doc: string) => ({ name: of, type: "string", doc });
  return {
    type: "record",
    name: "Reading",
    namespace: `bollard.${wordOf(name)}`,
    doc: title,
    fields: [
      text("node", "The owner's name of the node"),
      text("key", "The same however often the reading is delivered"),
      { name: "time", type: { type: "long", logicalType: "timestamp-millis" }, doc: "UTC" },
      ...fields.map((field) => ({
        name: field.name,
        type: ["null", avroType(field)],
        default: null,
        doc: wordsOf(field),
      })),
    ],
  };
}

/** Numbers below are for what every reading has. */
const FIRST_NUMBER = 10;

const POSITION = `
// WGS 84, degrees; altitude in metres.
message Position {
  double latitude = 1;
  double longitude = 2;
  optional double altitude = 3;
}
`;

function protobufType({ kind }: Field): readonly [type: string, isList: boolean] {
  switch (kind) {
    case "quantity":
    case "duration":
      return ["double", false];
    case "counter":
      return ["uint32", false];
    case "boolean":
      return ["bool", false];
    case "enum":
    case "text":
      return ["string", false];
    case "flags":
      return ["string", true];
    case "bytes":
      return ["bytes", false];
    case "position":
      return ["Position", false];
    case "array":
      return ["double", true];
  }
}

function avroType(field: Field): unknown {
  switch (field.kind) {
    case "quantity":
    case "duration":
      return "double";
    case "counter":
      return "long";
    case "boolean":
      return "boolean";
    case "enum":
    case "text":
      return "string";
    case "flags":
      return { type: "array", items: "string" };
    case "bytes":
      return "bytes";
    case "array":
      return { type: "array", items: "double" };
    case "position":
      return {
        type: "record",
        name: `${field.name}_position`,
        fields: [
          { name: "latitude", type: "double" },
          { name: "longitude", type: "double" },
          { name: "altitude", type: ["null", "double"], default: null },
        ],
      };
  }
}

function wordsOf(field: Field): string {
  const { title, displayUnit } = toPlatformField(field);
  return displayUnit ? `${title}, ${displayUnit}` : title;
}

function wordOf(name: string): string {
  return name.replaceAll("-", "_");
}
