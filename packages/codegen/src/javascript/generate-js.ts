import { type PreparedSchema, prepareSchema } from "@bollard/payload";
import type { Field, SensorSchema } from "@bollard/schema";
import { CodegenError } from "../error.js";
import type { GeneratedFile } from "../generated-file.js";

/**
 * ES modules that hold schemas laid out, for `@bollard/sdk/device`, with their types beside them: a device
 * has neither to check its schema nor to lay it out.
 *
 * The same schemas give the same files, byte for byte.
 *
 * @param schemas - that `checkSchema` finds nothing wrong with
 * @throws CodegenError `CODEGEN_SAME_NAME`
 */
export function generateJs(schemas: readonly SensorSchema[]): GeneratedFile[] {
  const names = new Set<string>();
  return schemas.flatMap((schema): GeneratedFile[] => {
    if (names.has(schema.name)) {
      const message = "two schemas have this name; give all schemas of a node names of their own";
      throw new CodegenError("CODEGEN_SAME_NAME", schema.name, message);
    }
    names.add(schema.name);
    return [
      { path: `${schema.name}.js`, text: moduleOf(prepareSchema(schema)) },
      { path: `${schema.name}.d.ts`, text: typesOf(schema) },
    ];
  });
}

function moduleOf({ schema, layout }: PreparedSchema): string {
  const { fields, ...rest } = schema;
  const { fields: places, slots, ...sizes } = layout;
  const placed = places.map(({ index, field: _, ...place }) => {
    const members = JSON.stringify({ index, ...place }).slice(1, -1);
    return `{ field: fields[${index}], ${members} }`;
  });
  return [
    banner(schema),
    list("const fields", fields.map(text)),
    "",
    `export const ${nameOf(schema)} = {`,
    `  schema: { ...${text(rest)}, fields },`,
    "  layout: {",
    `    ...${text(sizes)},`,
    ...list("    fields:", placed, "    ").split("\n"),
    ...list("    slots:", slots.map(text), "    ").split("\n"),
    "  },",
    "};",
    "",
  ].join("\n");
}

function typesOf(schema: SensorSchema): string {
  const values = schema.fields.map((field) => {
    const unit = "unit" in field && field.unit !== undefined ? `  /** ${field.unit} */\n` : "";
    return field.optional
      ? `${unit}  ${field.name}?: ${typeOf(field)} | null;`
      : `${unit}  ${field.name}: ${typeOf(field)};`;
  });
  const name = nameOf(schema);
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Values`;
  return [
    banner(schema),
    'import type { PreparedSchema } from "@bollard/sdk/device";',
    "",
    "/** What a reading holds. */",
    `export type ${type} = {`,
    ...values,
    "};",
    "",
    `export declare const ${name}: PreparedSchema;`,
    "",
  ].join("\n");
}

function typeOf(field: Field): string {
  switch (field.kind) {
    case "boolean":
      return "boolean";
    case "enum":
      return field.values.map(text).join(" | ");
    case "flags":
      return `(${field.flags.map(text).join(" | ")})[]`;
    case "text":
      return "string";
    case "bytes":
      return "Uint8Array";
    case "array":
      return "number[]";
    case "position":
      return "{ latitude: number; longitude: number; altitude?: number }";
    default:
      return "number";
  }
}

function banner({ name, version, id }: SensorSchema): string {
  return `// Schema ${name}, version ${version}, id ${id}. Made by bollard generate js: change the schema instead.`;
}

function list(head: string, items: readonly string[], indent = ""): string {
  const lines = items.map((item) => `${indent}  ${item},`);
  const end = head.startsWith("const") ? "];" : "],";
  return [`${head}${head.endsWith(":") ? "" : " ="} [`, ...lines, `${indent}${end}`].join("\n");
}

/** `street-air` as `streetAir`. */
function nameOf({ name }: SensorSchema): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function text(value: unknown): string {
  return JSON.stringify(value);
}
