// `node test/conformance/schema-reference.mjs`: writes docs/sensor-schema.md from the JSON Schema.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const jsonSchemaFile = `${root}packages/schema/sensor-schema.schema.json`;

/** Where the page is. */
export const referenceFile = `${root}docs/sensor-schema.md`;

const intro = `# Sensor schema: every key

What one kind of report holds, and all that is known about it, in YAML or JSON. From it come payloads, types,
decoders, records and entities. [@bollard/schema](../packages/schema/README.md) tells how to write and read
one; \`bollard schema check\` tells what is wrong with one, and where. The keys below are those of its JSON
Schema, \`@bollard/schema/sensor-schema.schema.json\`, which editors complete and check by:

\`\`\`yaml
# yaml-language-server: $schema=https://bollard.dev/schemas/sensor-schema.schema.json
name: street-air
id: 1
reportInterval: 148
fields:
  - { name: pm25, unit: ug/m3, min: 0, max: 999.9, resolution: 0.1, optional: true, outOfRange: clamp }
derived:
  - name: pm25_class
    kind: enum
    values: [good, fair, poor]
    inputs: [pm25]
    formula: classify(pm25, 10, 25)
    version: "1.0"
    purpose: To colour a map.
commands:
  - { name: reboot, id: 1 }
\`\`\`

Every layout that nodes in the street speak is kept in \`schemas.lock\`: \`bollard schema lock\` adds one, and
\`bollard schema check --lock schemas.lock\` fails where one changed under its id. What is part of the layout is
told in [the payload format](payload-format.md#8-identity).
`;

/** The page, as the JSON Schema has it. */
export function makeReference() {
  const schema = JSON.parse(readFileSync(jsonSchemaFile, "utf8"));
  const resolve = (entry) => {
    if (entry.$ref === undefined) return entry;
    return { ...schema.$defs[entry.$ref.replace("#/$defs/", "")], ...entry };
  };
  const section = (heading, object) => {
    const rows = Object.entries(object.properties).map(([key, entry]) => {
      const told = resolve(entry);
      const isRequired = object.required?.includes(key) === true;
      return `| \`${key}\` | ${defaultOf(told, isRequired)} | ${descriptionOf(told)} |`;
    });
    const intro = `${heading}\n\n${object.description}\n`;
    return `${intro}\n| key | default | |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
  };
  const { $defs } = schema;
  const kinds = $defs.field.properties.kind.enum;
  const derived = $defs.derivedField.properties.kind.enum;
  const capital = (word) => word[0].toUpperCase() + word.slice(1);
  return [
    intro,
    section("## A schema", schema),
    "## A field\n\nWithout a `kind` it is a quantity. Each kind has the keys below.\n",
    ...kinds.map((kind) => section(`### ${kind}`, $defs[`${kind}Field`])),
    `## A derived field\n\n${$defs.derivedField.description}\n`,
    ...derived.map((kind) => section(`### derived ${kind}`, $defs[`derived${capital(kind)}`])),
    section("## A command", $defs.command),
  ].join("\n");
}

function defaultOf(entry, isRequired) {
  if (entry.const !== undefined) return `\`${entry.const}\``;
  if (isRequired) return "required";
  if (entry.default === undefined) return "none";
  return `\`${JSON.stringify(entry.default).replaceAll('"', "")}\``;
}

function descriptionOf({ description, enum: values, unit, minimum, maximum }) {
  const parts = [description];
  if (values !== undefined)
    parts.push(`One of ${values.map((value) => `\`${value}\``).join(", ")}.`);
  if (minimum !== undefined && maximum !== undefined) parts.push(`${minimum} to ${maximum}.`);
  if (unit !== undefined) parts.push(`In ${unit === "s" ? "seconds" : `${unit}s`}.`);
  return parts.join(" ").replaceAll("|", "\\|");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(referenceFile, makeReference());
}
