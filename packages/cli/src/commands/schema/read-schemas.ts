import { isSchemaError, SchemaError, type SchemaProblem, type SensorSchema } from "@bollard/schema";
import { readSchemaFile } from "@bollard/schema/file";

/** A schema and the file it came from. */
export interface NamedSchema {
  readonly file: string;
  readonly schema: SensorSchema;
}

/**
 * Reads several schema files.
 *
 * @throws SchemaError with the problems of all of them
 */
export function readSchemas(files: readonly string[]): NamedSchema[] {
  const problems: SchemaProblem[] = [];
  const read = files.flatMap((file) => {
    try {
      return [{ file, schema: readSchemaFile(file) }];
    } catch (error) {
      if (!isSchemaError(error)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  if (problems.length > 0) throw new SchemaError(problems);
  return read;
}
