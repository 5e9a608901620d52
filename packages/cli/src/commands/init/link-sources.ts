import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const names = ["bollard_link.h", "bollard_link.c", "bollard_link_config.h"] as const;

/** The C half of the serial link, as `@bollard/link` ships it: name to text. */
export function linkSources(): Readonly<Record<string, string>> {
  const { resolve } = createRequire(import.meta.url);
  const folder = join(dirname(resolve("@bollard/link")), "../c");
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}
