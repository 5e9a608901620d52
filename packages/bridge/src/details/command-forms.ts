import type { Field, SensorSchema } from "@bollard/schema";
import { displayUnit } from "@bollard/senml";
import type { CommandFieldView, CommandFormView } from "../page/detail-types.js";

/** What a page needs to ask for the commands of these schemas. */
export function commandForms(schemas: Iterable<SensorSchema>): CommandFormView[] {
  return [...schemas].flatMap((schema) =>
    schema.commands.map(({ name, title, description, fields }) => ({
      schema: schema.name,
      name,
      title: title ?? name,
      ...(description !== undefined && { description }),
      fields: fields.map(toField),
    })),
  );
}

function toField(field: Field): CommandFieldView {
  const { name, kind, optional, title } = field;
  const unit = kind === "duration" ? "s" : "unit" in field ? (field.unit ?? "") : "";
  return {
    name,
    title: title ?? name,
    unit: displayUnit(unit),
    kind,
    optional,
    ...boundsOf(field),
  };
}

function boundsOf(field: Field): Partial<CommandFieldView> {
  switch (field.kind) {
    case "quantity":
      return { min: field.min, max: field.max, step: field.resolution };
    case "counter":
      return { min: 0, max: 2 ** field.bits - 1, step: 1 };
    case "duration":
      return { min: 0, max: field.max, step: field.resolution };
    case "enum":
      return { words: field.values };
    case "flags":
      return { words: field.flags };
    case "text":
    case "bytes":
      return { length: field.maxBytes };
    case "array":
      return { min: field.min, max: field.max, step: field.resolution, length: field.length };
    default:
      return {};
  }
}
