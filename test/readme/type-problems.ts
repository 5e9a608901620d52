import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const folder = fileURLToPath(new URL(".", import.meta.url));

/** A page's TypeScript, and what it takes for granted. */
export interface TypedSnippet {
  /** Names the snippet in a problem, such as `sdk-1`. */
  readonly name: string;
  readonly code: string;
  /** Declarations of what the snippet uses and does not declare. */
  readonly given?: string;
}

/**
 * Checks snippets as strictly as the packages themselves.
 *
 * @returns a line for each problem, such as `sdk-1:20 Cannot find name 'readSensor'.`
 */
export function typeProblems(snippets: readonly TypedSnippet[]): string[] {
  const base = ts.readConfigFile(`${folder}../../tsconfig.base.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(base.config, ts.sys, dirname(folder));
  const texts = new Map(
    snippets.map(({ name, code, given = "" }) => [
      `${folder}${name}.ts`,
      // In one line, so that a problem's line is the page's.
      `${given.replaceAll("\n", " ")}${code}`,
    ]),
  );
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile, readFile } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.getSourceFile = (path, target, ...rest) => {
    const text = texts.get(path);
    return text === undefined
      ? getSourceFile(path, target, ...rest)
      : ts.createSourceFile(path, text, target);
  };
  const program = ts.createProgram([...texts.keys()], { ...options, incremental: false }, host);
  return [...texts.keys()].flatMap((path) => {
    const file = program.getSourceFile(path);
    const found = [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ];
    return found.map(({ start = 0, messageText }) => {
      const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
      const name = path.slice(folder.length, -".ts".length);
      return `${name}:${line} ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
    });
  });
}
