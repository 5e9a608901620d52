import { existsSync, readFileSync } from "node:fs";

/**
 * The text of a file of this package, such as `texts/plan.en.json`: beside its folder of code, whether it
 * runs from its source or as it was built.
 */
export function packageFile(path: string): string {
  const candidates = ["../", "../../"].map((up) => new URL(up + path, import.meta.url));
  const file = candidates.find((one) => existsSync(one)) ?? (candidates[0] as URL);
  return readFileSync(file, "utf8");
}
