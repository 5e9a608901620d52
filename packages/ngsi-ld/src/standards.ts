import { existsSync, readFileSync } from "node:fs";

/** Which file answers for which URL or entity type: `standards/index.json`. */
interface StandardsIndex {
  readonly strict: string;
  readonly contexts: Readonly<Record<string, string>>;
  readonly models: Readonly<Record<string, string>>;
  readonly refs: Readonly<Record<string, string>>;
}

/** Beside `src` and `dist`; a bundler may put this module one folder deeper. */
const folder = ["../standards/", "../../standards/"]
  .map((path) => new URL(path, import.meta.url))
  .find((url) => existsSync(new URL("index.json", url)));
const documents = new Map<string, object>();

/** The text of a file of `standards/`, by its path in there. */
export function readStandard(path: string): string {
  return readFileSync(new URL(path, folder), "utf8");
}

/** The parsed file, read once. Treat it as read-only: everybody gets the same object. */
export function standard(path: string): object {
  let document = documents.get(path);
  if (!document) {
    document = JSON.parse(readStandard(path)) as object;
    documents.set(path, document);
  }
  return document;
}

/** The index of what is shipped. */
export function standardsIndex(): StandardsIndex {
  return standard("index.json") as StandardsIndex;
}
