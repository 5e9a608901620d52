// `npm run -s runtime:compact`: writes the runtimes of LoRaWAN codecs without what only people need,
// since network servers bound a codec's size; once whole, and once for schemas of numbers and booleans
// alone, which most are.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { minify } from "terser";
import { root } from "./bootstrap.mjs";

const folder = join(root, "packages/codegen/runtime");

for (const name of ["bollard_decoder", "bollard_encoder"]) {
  const source = readFileSync(join(folder, `${name}.js`), "utf8");
  writeFileSync(join(folder, `${name}.compact.js`), await compact(source));
  writeFileSync(join(folder, `${name}.numbers.js`), await compact(onlyNumbers(source)));
}

/** The same program in fewer bytes, still of ES5. */
async function compact(source) {
  const { code } = await minify(source, {
    ecma: 5,
    compress: { passes: 3, ecma: 5 },
    format: { ecma: 5, max_line_len: 110 },
  });
  return `${code}\n`;
}

/** Leaves out what stands between marks of other kinds of fields, from the innermost outwards. */
function onlyNumbers(source) {
  const part =
    /^\t*\/\/: if (?:text|blob|enum|flags|array|position)\n(?:(?!\t*\/\/: if)[^\n]*\n)*?\t*\/\/: end\n/gm;
  const left = source.replace(part, "");
  return left === source ? source : onlyNumbers(left);
}
