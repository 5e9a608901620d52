import { checkSchema } from "./check-schema.js";
import { SchemaError } from "./error.js";
import { fillDefaults } from "./fill-defaults.js";
import type { SchemaOf } from "./reading-of.js";
import type { SchemaInput } from "./schema-input.js";

/**
 * Makes a sensor schema of a literal, checks it and fills in its defaults.
 *
 * The names, kinds and enum values become types: `ReadingOf<typeof schema>` is what `encodePayload`
 * takes, so a misspelt field, a missing one or a wrong unit is a compile error.
 *
 * @throws {@link SchemaError} with every problem that `checkSchema` finds
 */
export function defineSchema<const Input extends SchemaInput>(input: Input): SchemaOf<Input> {
  const problems = checkSchema(input);
  if (problems.length > 0) throw new SchemaError(problems);
  return fillDefaults(input) as SchemaOf<Input>;
}
