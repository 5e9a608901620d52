import { type Document, LineCounter, parseDocument as parseYaml } from "yaml";
import { type FilePlace, SchemaError, type SchemaProblem } from "../error.js";
import { locate } from "./locate.js";
import { validate } from "./validate.js";

/** How `parseDocument` reads and checks. */
export interface ParseDocumentOptions {
  /** Name of the file, as errors show it. Default: `input`. */
  readonly file?: string;
  /** A JSON Schema of draft 7; its descriptions are what errors tell as right. */
  readonly jsonSchema: object;
  /** What the JSON Schema cannot say. Where both blame one key, this one's words are told. */
  readonly check?: (value: unknown) => readonly SchemaProblem[];
}

/** A file that is as its JSON Schema wants it. */
export interface ParsedDocument {
  readonly value: unknown;
  /** Where a path such as `fields[2].min` stands, to blame it later. */
  readonly locate: (path: string) => FilePlace;
}

/** Characters in a file; more is not a file that a person wrote. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

function syntaxError(file: string, line: number, column: number, text: string): SchemaError {
  const place = { file, line, column };
  return new SchemaError([{ code: "SCHEMA_SYNTAX", path: "", message: text, place }]);
}

function parseText(text: string, file: string, lines: LineCounter): Document.Parsed {
  if (text.length > MOST_CHARACTERS) {
    throw syntaxError(file, 1, 1, `${text.length} characters are too many; at most 4 Mi`);
  }
  let document: Document.Parsed;
  try {
    document = parseYaml(text, { lineCounter: lines, prettyErrors: false });
  } catch (error) {
    if (error instanceof RangeError) throw syntaxError(file, 1, 1, "nested too deeply");
    throw error;
  }
  if (document.errors.length === 0) return document;
  const problems = document.errors.map(({ code, message, pos }): SchemaProblem => {
    const isTooDeep = code === "RESOURCE_EXHAUSTION";
    // Where the parser gives up depends on the stack that is left; the document itself is to blame.
    const { line, col } = isTooDeep ? { line: 1, col: 1 } : lines.linePos(pos[0]);
    const place = { file, line, column: col };
    const told = isTooDeep ? "nested too deeply" : message;
    return { code: "SCHEMA_SYNTAX", path: "", message: told, place };
  });
  throw new SchemaError(problems);
}

function toValue(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // An alias of an alias of an alias: a few lines that would fill the memory.
    if (error instanceof ReferenceError || error instanceof RangeError) {
      throw syntaxError(file, 1, 1, `${error.message}; write the values out`);
    }
    throw error;
  }
}

/**
 * Reads a YAML or JSON text and checks it against a JSON Schema.
 *
 * Every problem is told, in the order of the file, as `file:line:column key: what is wrong; what
 * would be right`, with the nearest known word for a misspelt key.
 *
 * @param text - at most 4 Mi characters, one document
 * @throws {@link SchemaError} with every problem, or with why it is neither YAML nor JSON
 */
export function parseDocument(text: string, options: ParseDocumentOptions): ParsedDocument {
  const file = options.file ?? "input";
  const lines = new LineCounter();
  const document = parseText(text, file, lines);
  const value = toValue(document, file);
  const find = (path: string): FilePlace => locate(document, lines, file, path);

  const checked = options.check?.(value) ?? [];
  const structural = validate(value, options.jsonSchema).filter(
    ({ path }) => !checked.some((problem) => isWithin(problem.path, path)),
  );
  const problems = [...checked, ...structural].map((problem) => ({
    ...problem,
    place: find(problem.path),
  }));
  if (problems.length > 0) throw new SchemaError(problems.sort(byPlace));
  return { value, locate: find };
}

/** True for `fields[2].min` in `fields[2].min`, `fields[2]` and `fields`. */
function isWithin(path: string, outer: string): boolean {
  if (!path.startsWith(outer)) return false;
  const next = path[outer.length];
  return next === undefined || next === "." || next === "[";
}

function byPlace(one: { place: FilePlace }, other: { place: FilePlace }): number {
  return one.place.line - other.place.line || one.place.column - other.place.column;
}
