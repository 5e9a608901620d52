import { defineConfig } from "vitest/config";

/** Tests read the packages' sources, so they need no build. */
const conditions = ["@bollard/source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    onConsoleLog: (log) => {
      throw new Error(`a test printed to the console: ${log}`);
    },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          testTimeout: 30_000,
          // Modules are loaded once a worker and not once a file, which takes half of the time away.
          isolate: false,
          include: [
            "packages/*/src/**/*.test.ts",
            "firmware-sim/src/**/*.test.ts",
            "test/architecture/**/*.test.ts",
            "test/readme/**/*.test.ts",
          ],
        },
      },
      {
        extends: true,
        test: {
          name: "conformance",
          include: ["test/conformance/**/*.test.ts"],
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          testTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: { name: "fuzz", include: ["test/fuzz/**/*.test.ts"], testTimeout: 300_000 },
      },
      {
        extends: true,
        test: {
          name: "examples",
          include: ["examples/**/*.test.ts"],
          testTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
