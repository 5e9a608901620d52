// Lets a child process run the packages' TypeScript sources as they are, without a build.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

// tsup brings esbuild along; nothing else of ours needs it by name.
const root = fileURLToPath(new URL("../..", import.meta.url));
const esbuild = createRequire(createRequire(`${root}package.json`).resolve("tsup"))("esbuild");

/** Sources import each other by the name that the built file has. */
export async function resolve(specifier, context, next) {
  const isOwn = specifier.startsWith(".") && context.parentURL?.endsWith(".ts");
  return next(isOwn ? specifier.replace(/\.js$/, ".ts") : specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith(".ts")) return next(url, context);
  const { code } = await esbuild.transform(await readFile(fileURLToPath(url), "utf8"), {
    loader: "ts",
    format: "esm",
    target: "esnext",
    sourcemap: "inline",
    sourcefile: fileURLToPath(url),
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  return { format: "module", source: code, shortCircuit: true };
}
