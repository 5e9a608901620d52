// What must hold of the code before any test runs: style, types, dead code, public API, packages.
import { join } from "node:path";
import { root, run } from "./bootstrap.mjs";

const bin = (name) => join(root, "node_modules/.bin", name);

export const checks = [
  ["lint", () => run(bin("biome"), ["check", "--error-on-warnings", "."], { quiet: true })],
  ["types", () => run(bin("tsc"), ["-p", "tsconfig.json"], { quiet: true })],
  [
    "types of the page",
    () => run(bin("tsc"), ["-p", "packages/bridge/src/page/browser"], { quiet: true }),
  ],
  ["no dead code", () => run(bin("knip"), [], { quiet: true })],
  ["public API", () => run(process.execPath, ["tools/api-reports.mjs"], { quiet: true })],
  ["packages as published", () => run(process.execPath, ["tools/packed.mjs"], { quiet: true })],
];
