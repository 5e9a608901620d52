import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * The blocks of one language in a page, in order.
 *
 * @param page - its path from the repository's root, such as `packages/sdk/README.md`
 * @param language - as it stands behind the three ticks, such as `ts`
 */
export function readSnippets(page: string, language = "ts"): string[] {
  const path = fileURLToPath(new URL(`../../${page}`, import.meta.url));
  const blocks = readFileSync(path, "utf8").matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return [...blocks].filter(([, name]) => name === language).map(([, , code = ""]) => code);
}
