import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const names = ["bollard_link.h", "bollard_link.c", "bollard_link_config.h"] as const;

/** The C half of the serial link, as `@bollard/link` ships it: name to text. */
export function linkSources(): Readonly<Record<string, string>> {
  const folder = linkFolder();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

/** In the package, or beside a bundle of the whole command, as the Debian package has it. */
function linkFolder(): string {
  const beside = fileURLToPath(new URL("../link-c", import.meta.url));
  if (existsSync(beside)) return beside;
  const { resolve } = createRequire(import.meta.url);
  return join(dirname(resolve("@bollard/link")), "../c");
}
