import type { Field, SensorSchema } from "@bollard/schema";
import { decoderTable } from "../../decoder/decoder-table.js";
import { jsTable } from "../../decoder/js-literal.js";
import type { GeneratedFile } from "../../generated-file.js";
import { runtimeText } from "../../runtime-text.js";

/** A decoder as an ES module without an import, and its types for TypeScript. */
export function javascriptDecoder(schema: SensorSchema): readonly GeneratedFile[] {
  const table = decoderTable(schema);
  const { name, version } = schema;
  const banner = `// ${name}, version ${version}: reads its payloads. Layout ${table.fingerprint}.
// Made by Bollard, Apache-2.0. Do not edit: make it anew.
`;
  const code = `${banner}
var SCHEMA = ${jsTable(table)};

export const fingerprint = SCHEMA.fingerprint;

export function decode(bytes, arrival) {
	return bollardDecode(SCHEMA, bytes, arrival);
}

${runtimeText("bollard_decoder.js", [table])}`;
  return [
    { path: `javascript/${name}.js`, text: code },
    { path: `javascript/${name}.d.ts`, text: banner + types(schema) },
  ];
}

function types({ fields }: SensorSchema): string {
  const members = fields.map((field) => {
    const words = field.description ?? field.title;
    const comment = words ? `  /** ${words.trim().replaceAll("*/", "*\\/")} */\n` : "";
    return `${comment}  readonly ${field.name}: ${typeOf(field)}${field.optional ? " | null" : ""};`;
  });
  return `
/** The values of one reading, in the units of the schema; \`null\` for what is missing. */
export interface Values {
${members.join("\n")}
}

export interface Reading {
  /** Seconds since 1970, or since the node's start; absent where the payload has no time. */
  readonly time?: number;
  readonly values: Values;
}

export interface Message {
  readonly timeMode: "none" | "absolute" | "16" | "uptime";
  /** Names the message for ever. */
  readonly key?: { readonly boot: number; readonly sequence: number };
  readonly readings: readonly Reading[];
}

/** Of the layout that this module reads. */
export const fingerprint: string;

/**
 * Reads a payload.
 *
 * @param arrival - when it came in, seconds since 1970; needed for a time of 16 bits only
 * @throws Error with a \`code\` such as \`PAYLOAD_TRUNCATED\`
 */
export function decode(bytes: ArrayLike<number>, arrival?: number): Message;
`;
}

function typeOf(field: Field): string {
  switch (field.kind) {
    case "boolean":
      return "boolean";
    case "enum":
      return field.values.map((value) => JSON.stringify(value)).join(" | ");
    case "flags":
      return `readonly (${field.flags.map((flag) => JSON.stringify(flag)).join(" | ")})[]`;
    case "position":
      return `{ readonly latitude: number; readonly longitude: number${field.altitude ? "; readonly altitude: number" : ""} }`;
    case "text":
      return "string";
    case "bytes":
      // Hexadecimal.
      return "string";
    case "array":
      return "readonly number[]";
    default:
      return "number";
  }
}
