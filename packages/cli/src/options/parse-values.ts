import type { Reading } from "@bollard/payload";
import type { SensorSchema } from "@bollard/schema";
import { CliError } from "../error.js";

/** A reading's values from a JSON object; the value of a field of bytes is hexadecimal. */
export function parseValues(text: string, schema: SensorSchema): Reading["values"] {
  const values: Record<string, unknown> = { ...parseObject(text) };
  const names = schema.fields.map(({ name }) => name);
  for (const name of Object.keys(values)) {
    if (names.includes(name)) continue;
    throw new CliError(
      "CLI_USAGE",
      `the values: ${schema.name} has no field ${name}; it has ${names.join(", ")}`,
    );
  }
  for (const { kind, name } of schema.fields) {
    const value = values[name];
    if (kind === "bytes" && typeof value === "string") values[name] = Buffer.from(value, "hex");
  }
  return values as Reading["values"];
}

function parseObject(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `the values are not JSON: ${why}; give them such as '{"pm25":12.3}'`;
    throw new CliError("CLI_USAGE", message, { cause: error });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new CliError("CLI_USAGE", "the values: give a JSON object, such as '{\"pm25\":12.3}'");
}
