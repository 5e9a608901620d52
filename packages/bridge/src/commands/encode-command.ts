import { commandSchema, compileSchema } from "@bollard/payload";
import type { SensorSchema } from "@bollard/schema";
import type { CommandRequest } from "./command-request.js";

/**
 * Checks a command by the schema that has it, and encodes it.
 *
 * @param schemas - all there are
 * @returns the payload, or in words what is wrong with the request
 */
export function encodeCommand(
  schemas: readonly SensorSchema[],
  { command, schema, values }: CommandRequest,
): Uint8Array | string {
  const having = schemas.filter((one) => one.commands.some(({ name }) => name === command));
  const fitting = having.filter(({ name }) => schema === undefined || name === schema);
  const [known] = fitting;
  const asSchema = known && commandSchema(known, command);
  if (!asSchema) {
    const names = new Set(schemas.flatMap(({ commands }) => commands.map(({ name }) => name)));
    return `there is no command "${command}"; there are: ${[...names].join(", ") || "none"}`;
  }
  if (fitting.length > 1) {
    const names = fitting.map(({ name }) => name).join(", ");
    return `several schemas have it: give schema, one of ${names}`;
  }
  const fields = asSchema.fields.map(({ name }) => name);
  const strange = Object.keys(values).find((name) => !fields.includes(name));
  if (strange !== undefined) {
    return `values has no field "${strange}"; the fields are: ${fields.join(", ") || "none"}`;
  }
  try {
    return compileSchema(asSchema).encode({ values: values as never });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
