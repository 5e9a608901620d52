import { existsSync, readdirSync, readFileSync } from "node:fs";
import { defineConfig, type Options } from "tsup";

/** One build per package: every door named in its `exports`, plus its `bin`, to `dist/`. */
function buildOf(folder: string): Options {
  const manifest = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const doors: string[] = Object.values(manifest.exports ?? {}).map(
    (door) => (door as Record<string, string>)["@bollard/source"] ?? "",
  );
  const commands = Object.values<string>(manifest.bin ?? {}).map((file) =>
    file.replace("./dist/", "./src/").replace(/\.js$/, ".ts"),
  );
  const entry = [...doors, ...commands].filter(Boolean);
  return {
    name: manifest.name,
    entry: Object.fromEntries(
      entry.map((file) => [file.replace("./src/", "").replace(/\.ts$/, ""), `${folder}/${file.slice(2)}`]),
    ),
    outDir: `${folder}/dist`,
    format: "esm",
    target: "node20",
    platform: "node",
    sourcemap: true,
    splitting: true,
    skipNodeModulesBundle: true,
    silent: true,
  };
}

const wanted = process.env["BOLLARD_BUILD"]?.split(",");
const folders = [...readdirSync("packages").map((name) => `packages/${name}`), "firmware-sim"].filter(
  (folder) => existsSync(`${folder}/package.json`) && (!wanted || wanted.includes(folder)),
);

export default defineConfig(folders.map(buildOf));
