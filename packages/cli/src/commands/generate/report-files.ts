import type { GeneratedFile } from "@bollard/codegen";

/** The files' paths: a line each, or one JSON array. */
export function reportFiles(files: readonly GeneratedFile[], json: boolean): string {
  const paths = files.map(({ path }) => path);
  return json ? `${JSON.stringify(paths)}\n` : paths.map((path) => `${path}\n`).join("");
}
