import { type JsonSchema, resolved } from "./config-keys.js";
import { formatValue } from "./config-reference.js";
import { configJsonSchema } from "./resolve-config.js";

const WIDTH = 96;

/**
 * A configuration with every key, its meaning and its default, to be changed to one's own.
 *
 * It is a good one as it stands: a bridge with a page and nothing on it. Ends and nodes are there as
 * comments.
 */
export function exampleConfig(): string {
  const lines = [
    "# Configuration of a Bollard bridge. Every key stands here with its default; what is a comment",
    "# is to be made one's own. After a change: bollard bridge check, then systemctl reload.",
    "",
    ...sectionOf(configJsonSchema as JsonSchema),
  ];
  return `${lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trimEnd()}\n`;
}

/** The keys of an object, each below its comment. */
function sectionOf(schema: JsonSchema): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const own = resolved(property);
    const isRequired = schema.required?.includes(key) ?? false;
    return [...commentOf(own), ...linesOf(key, own, isRequired), ""];
  });
}

function linesOf(key: string, schema: JsonSchema, isRequired: boolean): string[] {
  const { default: value, examples } = schema;
  if (schema.properties) {
    const inner = sectionOf(schema);
    while (inner.at(-1) === "") inner.pop();
    // A section that may be left out, or has nothing but comments, is one as a whole.
    if (value === undefined) return [`# ${key}:`, ...withoutGaps(inner).map(commented)];
    const isEmpty = inner.every((line) => line === "" || line.startsWith("#"));
    if (isEmpty) return [`${key}: {}`, ...withoutGaps(inner).map(commented)];
    return [`${key}:`, ...inner.map(indented)];
  }
  const item = itemOf(schema);
  if (item) return [`${key}: ${formatValue(value ?? [])}`, ...item.map(commented)];
  if (value !== undefined && value !== "") return [`${key}: ${formatValue(value)}`];
  const line = `${key}: ${formatValue(examples?.[0] ?? "")}`;
  return [isRequired ? line : `# ${line}`];
}

/** An item of a list, or an entry of a map, with every key. */
function itemOf(schema: JsonSchema): string[] | undefined {
  const { items, additionalProperties: any } = schema;
  if (items && !Array.isArray(items)) {
    const item = resolved(items as JsonSchema);
    if (!item.properties) return undefined;
    const [first = "", ...others] = withoutGaps(sectionOf(item));
    return [`- ${first}`, ...others.map(indented)];
  }
  if (typeof any !== "object" || any === null) return undefined;
  const entry = resolved((any as JsonSchema).else ?? (any as JsonSchema));
  const name = schema.examples?.[0];
  return entry.properties && typeof name === "string"
    ? [`${name}:`, ...withoutGaps(sectionOf(entry)).map(indented)]
    : undefined;
}

function withoutGaps(lines: readonly string[]): string[] {
  return lines.filter((line) => line !== "");
}

function indented(line: string): string {
  return line === "" ? "" : `  ${line}`;
}

function commented(line: string): string {
  return `#   ${line}`;
}

function commentOf({ title = "", description = "", unit, enum: values }: JsonSchema): string[] {
  const unitText = unit === undefined ? "" : ` In ${unit}.`;
  const choice = values === undefined ? "" : ` One of ${values.join(", ")}.`;
  return wrap(`${title}. ${description}${choice}${unitText}`).map((line) => `# ${line}`);
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
