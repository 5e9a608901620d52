import { type ConfigKey, configKeys } from "./config-keys.js";

/**
 * The configuration as Markdown: a table of keys for each section, from the JSON Schema.
 *
 * A key's bounds, unit and default stand beside it, so this is all that a person needs.
 */
export function configReference(): string {
  const sections = new Map<string, ConfigKey[]>();
  for (const key of configKeys()) {
    const section = sectionOf(key.path);
    sections.set(section, [...(sections.get(section) ?? []), key]);
  }
  const tables = [...sections].map(([section, keys]) => {
    const title = section === "" ? "## The whole" : `## \`${section}\``;
    return `${title}\n\n${tableOf(section, keys)}`;
  });
  return tables.join("\n\n");
}

/** `sinks.mqtt[].url` stands under `sinks.mqtt[]`. */
function sectionOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf(".")));
}

function tableOf(section: string, keys: readonly ConfigKey[]): string {
  const rows = keys.map((key) => {
    const name = section === "" ? key.path : key.path.slice(section.length + 1);
    return `| \`${name}\` | ${defaultOf(key)} | ${meaningOf(key)} |`;
  });
  return ["| key | default | |", "| --- | --- | --- |", ...rows].join("\n");
}

function defaultOf(key: ConfigKey): string {
  if (key.required) return "required";
  if (key.default === undefined || isEmpty(key.default)) return "none";
  const unit = key.unit === undefined ? "" : ` ${key.unit}`;
  return `\`${formatValue(key.default)}\`${unit}`;
}

function isEmpty(value: unknown): boolean {
  return value === "" || (typeof value === "object" && Object.keys(value ?? {}).length === 0);
}

function meaningOf(key: ConfigKey): string {
  const bounds = boundsOf(key);
  return escapeCell(`${key.title}. ${key.description}${bounds === "" ? "" : ` ${bounds}`}`.trim());
}

function boundsOf({ schema, unit }: ConfigKey): string {
  if (schema.enum) return `One of ${schema.enum.map((value) => `\`${value}\``).join(", ")}.`;
  const { minimum, exclusiveMinimum, maximum } = schema;
  const of = unit === undefined ? "" : ` ${unit}`;
  const least = minimum ?? exclusiveMinimum;
  if (least === undefined) return "";
  const from = exclusiveMinimum === undefined ? `${least}` : `above ${exclusiveMinimum}`;
  return maximum === undefined ? `From ${from}${of}.` : `From ${from} to ${maximum}${of}.`;
}

/** As it stands in a YAML file. */
export function formatValue(value: unknown): string {
  if (typeof value === "string") return /^[A-Za-z0-9:/._-]+$/.test(value) ? value : `"${value}"`;
  if (Array.isArray(value)) return `[${value.map(formatValue).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const pairs = Object.entries(value).map(([key, item]) => `${key}: ${formatValue(item)}`);
    return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
  }
  return String(value);
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "\\<");
}
