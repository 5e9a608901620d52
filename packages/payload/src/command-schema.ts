import type { SensorSchema } from "@bollard/schema";

/**
 * A command of a schema as a schema of its own, without a time, so that it is encoded like a
 * reading: `compileSchema(commandSchema(streetAir, "reboot"))`. Its id is the command's.
 *
 * @param name - of one of the schema's commands
 * @returns undefined for a name that the schema has no command of
 */
export function commandSchema(schema: SensorSchema, name: string): SensorSchema | undefined {
  const command = schema.commands.find((known) => known.name === name);
  if (command === undefined) return undefined;
  return {
    name: command.name,
    version: schema.version,
    id: command.id,
    time: { mode: "none", milliseconds: false },
    mobility: schema.mobility,
    fields: command.fields,
    derived: [],
    commands: [],
  };
}
