import type { Field, SensorSchema } from "@bollard/schema";
import { layoutOf, type PreparedSchema } from "./layout.js";

/**
 * A schema for a device that shall not have to lay it out itself: what its payloads need, as plain data.
 * What only people and platforms need is left out: titles, descriptions, models, derived fields, commands.
 *
 * @param schema - one that `checkSchema` finds nothing wrong with
 */
export function prepareSchema(schema: SensorSchema): PreparedSchema {
  const { name, version, id, time, reportInterval, mobility } = schema;
  const bare: SensorSchema = {
    ...{ name, version, id, time, mobility },
    ...(reportInterval !== undefined && { reportInterval }),
    ...{ fields: schema.fields.map(bareField), derived: [], commands: [] },
  };
  return { schema: bare, layout: layoutOf(bare) };
}

function bareField({ title: _, description: __, maps: ___, ...field }: Field): Field {
  return { ...field, maps: [] };
}
