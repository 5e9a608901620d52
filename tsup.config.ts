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
      entry.map((file) => [
        file.replace("./src/", "").replace(/\.ts$/, ""),
        `${folder}/${file.slice(2)}`,
      ]),
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

/** The bridge's web page: one script and one style sheet, with all they need, beside its HTML. */
const page: Options = {
  name: "page",
  entry: { page: "packages/bridge/src/page/browser/main.tsx" },
  publicDir: "packages/bridge/src/page/browser/public",
  outDir: "packages/bridge/dist/page",
  format: "esm",
  target: "es2022",
  platform: "browser",
  noExternal: [/.*/],
  // All of this keeps the page below 60 kB compressed: terser, and the shorter of the two ways to write JSX.
  minify: "terser",
  terserOptions: { ecma: 2020, compress: { passes: 3, unsafe_arrows: true } },
  esbuildOptions: (options) => {
    options.minify = true;
    options.jsx = "transform";
    options.jsxFactory = "h";
    options.jsxFragment = "Fragment";
    options.inject = ["packages/bridge/src/page/browser/jsx-factory.ts"];
  },
  banner: {
    js: "/*! Bollard, Apache-2.0. Contains Preact and uPlot, both MIT: github.com/preactjs/preact, github.com/leeoniya/uPlot */",
  },
  silent: true,
};

const wanted = process.env.BOLLARD_BUILD?.split(",");
const folders = [
  ...readdirSync("packages").map((name) => `packages/${name}`),
  "firmware-sim",
].filter((folder) => existsSync(`${folder}/package.json`) && (!wanted || wanted.includes(folder)));

const wantsPage = !wanted || wanted.some((name) => /^packages\/bridge(\/page)?$/.test(name));

/** An example's program, with the other examples it uses. */
function programOf(folder: string): Options {
  return {
    name: folder,
    entry: { main: `${folder}/main.ts` },
    outDir: `${folder}/dist`,
    format: "esm",
    target: "node20",
    platform: "node",
    sourcemap: true,
    skipNodeModulesBundle: true,
    noExternal: [/^@bollard-examples\//],
    silent: true,
  };
}

const programs = [
  ...readdirSync("examples").map((name) => `examples/${name}`),
  "firmware-sim/firmware",
].filter((folder) => existsSync(`${folder}/main.ts`) && (!wanted || wanted.includes(folder)));

export default defineConfig([
  ...folders.map(buildOf),
  ...(wantsPage ? [page] : []),
  ...programs.map(programOf),
]);
