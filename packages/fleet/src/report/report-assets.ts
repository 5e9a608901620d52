import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** The plot library's script and style, to be put into a page. */
export function plotLibrary(): { readonly script: string; readonly style: string } {
  const require = createRequire(import.meta.url);
  const read = (file: string) => readFileSync(require.resolve(`uplot/dist/${file}`), "utf8");
  return { script: read("uPlot.iife.min.js"), style: read("uPlot.min.css") };
}
