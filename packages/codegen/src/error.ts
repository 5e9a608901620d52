/** Why no code was generated. The code is stable; the message is for people and may change. */
export type CodegenErrorCode =
  | "CODEGEN_TOO_MANY_OPTIONAL" // more than 32 optional fields, whose mask C has no one number for
  | "CODEGEN_SAME_NAME" // two schemas of one name
  | "CODEGEN_BAD_OPTION" // an option that has no such value
  | "CODEGEN_NAME_TAKEN" // a field with a name that the generated code needs for itself
  | "CODEGEN_NO_RUNTIME"; // the C files of @bollard/payload are not where they were installed

/** Thrown for a schema that no code can be generated for. */
export class CodegenError extends Error {
  override readonly name = "CodegenError";
  readonly code: CodegenErrorCode;
  /** Name of the schema, or of the option. */
  readonly place: string;

  constructor(code: CodegenErrorCode, place: string, message: string, options?: ErrorOptions) {
    super(`${place}: ${message} (${code})`, options);
    this.code = code;
    this.place = place;
  }
}

/** True for a CodegenError from any copy of this package, also one loaded twice. */
export function isCodegenError(error: unknown): error is CodegenError {
  return error instanceof Error && error.name === "CodegenError" && "code" in error;
}
