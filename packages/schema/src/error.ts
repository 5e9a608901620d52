/** What is wrong with a sensor schema. The code is stable; messages are for people and may change. */
export type SchemaErrorCode =
  | "SCHEMA_UNREADABLE" // the file is missing or cannot be read
  | "SCHEMA_SYNTAX" // neither YAML nor JSON
  | "SCHEMA_WRONG_TYPE" // a text where a number belongs, a list where keys belong
  | "SCHEMA_MISSING_KEY" // a key that must be there is not
  | "SCHEMA_UNKNOWN_KEY" // a key that means nothing here
  | "SCHEMA_OUT_OF_BOUNDS" // a number, a length or a count outside what it may be
  | "SCHEMA_BAD_NAME" // a name in a form it may not have
  | "SCHEMA_DUPLICATE" // a name or an id given twice
  | "SCHEMA_BAD_RANGE" // min, max and resolution do not fit one another, or need over 32 bits
  | "SCHEMA_UNKNOWN_UNIT" // not in the SenML units registry, or of another quantity
  | "SCHEMA_BAD_RULE" // keys that contradict one another
  | "SCHEMA_BAD_FORMULA" // what a derived field is made by is no arithmetic over its inputs
  | "SCHEMA_LAYOUT_CHANGED"; // another layout under an id that schemas.lock has

/** One thing that is wrong, and what would be right. */
export interface SchemaProblem {
  readonly code: SchemaErrorCode;
  /** Where, such as `fields[2].min`; empty for the schema as a whole. */
  readonly path: string;
  /** What is wrong; what would be right. */
  readonly message: string;
  /** Where in the file, for a schema that came from one. */
  readonly place?: FilePlace;
}

/** A place in a file; line and column count from 1. */
export interface FilePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Thrown for a schema that cannot be used; it tells every problem found, not only the first. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
  /** The first problem's code. */
  readonly code: SchemaErrorCode;
  /** The first problem's place, such as `fields[2].min`. */
  readonly path: string;
  readonly problems: readonly SchemaProblem[];

  constructor(problems: readonly SchemaProblem[], options?: ErrorOptions) {
    super(problems.map(formatProblem).join("\n"), options);
    this.code = problems[0]?.code ?? "SCHEMA_SYNTAX";
    this.path = problems[0]?.path ?? "";
    this.problems = problems;
  }
}

function formatProblem({ code, path, message, place }: SchemaProblem): string {
  const where = place === undefined ? "" : `${place.file}:${place.line}:${place.column} `;
  return `${where}${path === "" ? "" : `${path}: `}${message} (${code})`;
}

/** True for a SchemaError from any copy of this package, also one loaded twice. */
export function isSchemaError(error: unknown): error is SchemaError {
  return error instanceof Error && error.name === "SchemaError" && "problems" in error;
}
