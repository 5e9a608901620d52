import type { CommandFieldView, CommandFormView } from "../../detail-types.js";

/** What is typed into each field of a form, by its name. */
export type TypedValues = Readonly<Record<string, string>>;

/** The values of a command, or in words which field is wrong and what would be right. */
export function readValues(
  form: Pick<CommandFormView, "fields">,
  typed: TypedValues,
): Record<string, unknown> | string {
  const values: Record<string, unknown> = {};
  for (const field of form.fields) {
    const text = (typed[field.name] ?? "").trim();
    if (text === "" && field.optional) continue;
    const value = readValue(field, text);
    if (value === undefined) return `${field.title}: ${rightFor(field)}`;
    values[field.name] = value;
  }
  return values;
}

/** How a field is filled in, in words. */
export function rightFor(field: CommandFieldView): string {
  const { kind, min, max, step, unit, words = [], length } = field;
  switch (kind) {
    case "quantity":
    case "counter":
    case "duration":
      return `from ${min} to ${max}${unit && ` ${unit}`} in steps of ${step}`;
    case "array":
      return `${length} numbers from ${min} to ${max}${unit && ` ${unit}`}, such as 1, 2`;
    case "boolean":
      return "yes or no";
    case "enum":
      return `one of ${words.join(", ")}`;
    case "flags":
      return `any of ${words.join(", ")}, or nothing`;
    case "position":
      return "latitude, longitude in degrees, such as 57.1437, -2.0946";
    case "text":
      return `1 to ${length} bytes of text`;
    case "bytes":
      return `up to ${length} bytes in hexadecimal, such as 0aff`;
  }
}

function readValue(field: CommandFieldView, text: string): unknown {
  const { kind, words = [], length = 0 } = field;
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  switch (kind) {
    case "quantity":
    case "counter":
    case "duration":
      return isWithin(field, text) ? Number(text) : undefined;
    case "array":
      return parts.length === length && parts.every((part) => isWithin(field, part))
        ? parts.map(Number)
        : undefined;
    case "boolean":
      return text === "yes" ? true : text === "no" ? false : undefined;
    case "enum":
      return words.includes(text) ? text : undefined;
    case "flags":
      return parts.every((part) => words.includes(part)) ? parts : undefined;
    case "position": {
      const [latitude = Number.NaN, longitude = Number.NaN] = parts.map(Number);
      const isPlace = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
      return parts.length === 2 && isPlace ? { latitude, longitude } : undefined;
    }
    case "text":
      return text !== "" && new TextEncoder().encode(text).length <= length ? text : undefined;
    case "bytes":
      return /^([0-9a-f]{2})*$/i.test(text) && text.length / 2 <= length ? text : undefined;
  }
}

function isWithin({ min = 0, max = 0 }: CommandFieldView, text: string): boolean {
  return text !== "" && Number(text) >= min && Number(text) <= max;
}
