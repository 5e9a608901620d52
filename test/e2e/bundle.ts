import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Makes one plain file of a TypeScript program and the packages' sources, for a child process. */
export async function bundle(entry: string, outfile: string): Promise<void> {
  // tsup brings esbuild along; nothing else of ours needs it by name.
  const tsup = createRequire(`${root}package.json`).resolve("tsup");
  const esbuild = createRequire(tsup)("esbuild") as {
    build(options: Record<string, unknown>): Promise<unknown>;
  };
  await esbuild.build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@bollard/source"],
    logLevel: "silent",
  });
}
