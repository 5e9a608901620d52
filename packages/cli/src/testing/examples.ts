import { fileURLToPath } from "node:url";

/** Path of a file in the repository's `examples`. */
export function exampleFile(path: string): string {
  return fileURLToPath(new URL(`../../../../examples/${path}`, import.meta.url));
}
