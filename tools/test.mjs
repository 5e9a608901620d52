// `npm test`: sets up what the tests need, runs them all, and ends with `N passed, N failed`.
//   npm test -- checks unit  only these: lint, types, dead code and API reports; the unit tests
//   npm test -- node24       the unit tests on Node 24, as a run of all has them too
//   npm test -- --full       the long runs too
//   npm test -- --no-checks  all but the checks
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bootstrap, root, run } from "./bootstrap.mjs";
import { installSystemParts } from "./system-parts.mjs";

const NODE_24 = "node@24";
const CHECKS = "checks";
const ON_NODE_24 = "node24";
const projects = ["unit", "conformance", "examples", "e2e", "browser", "fuzz"];

const options = process.argv.slice(2).filter((word) => word.startsWith("--"));
const asked = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const unknown = [
  ...asked.filter((name) => ![CHECKS, ON_NODE_24, ...projects].includes(name)),
  ...options.filter((name) => !["--full", "--no-checks"].includes(name)),
];
if (unknown.length > 0) {
  process.stderr.write(
    `Unknown: ${unknown.join(", ")}. Choose from ${CHECKS}, ${ON_NODE_24}, ${projects.join(", ")}, --full, --no-checks.\n`,
  );
  process.exit(2);
}

const inCi = process.env.CI === "true";
const total = { passed: 0, failed: 0, skipped: 0 };
const env = options.includes("--full") ? { BOLLARD_FULL: "1" } : {};

await bootstrap();
// The checks ask for nothing of the system.
if (asked.length === 0 || asked.some((name) => name !== CHECKS)) await installSystemParts();

if (asked.includes(CHECKS) || (asked.length === 0 && !options.includes("--no-checks"))) {
  const { checks } = await import("./checks.mjs");
  for (const [name, check] of checks) {
    const startedAt = Date.now();
    const { code, output } = await check();
    if (code === 0) total.passed++;
    else {
      total.failed++;
      process.stderr.write(`${output}\n`);
    }
    report(`check: ${name}`, code === 0 ? "passed" : "FAILED", startedAt);
  }
}

for (const project of projects) {
  if (asked.length === 0 || asked.includes(project)) await runProject(project);
}
if (asked.length === 0 || asked.includes(ON_NODE_24)) await runUnitOnNode24();

process.stdout.write(
  `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}\n`,
);
process.exit(total.failed > 0 || (inCi && total.skipped > 0) ? 1 : 0);

async function runProject(project) {
  await runVitest(project, project, process.execPath, ["node_modules/vitest/vitest.mjs"]);
}

/** The unit tests once more on the newest long-term Node, which comes as an npm package. */
async function runUnitOnNode24() {
  if (process.versions.node.startsWith("24.")) return;
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  await runVitest("unit", "unit on Node 24", "npx", [
    "--yes",
    `--package=${NODE_24}`,
    "--",
    "node",
    vitest,
  ]);
}

async function runVitest(project, title, command, args) {
  const startedAt = Date.now();
  const file = join(root, `.cache/test-${title.replaceAll(" ", "-")}.json`);
  mkdirSync(join(root, ".cache"), { recursive: true });
  rmSync(file, { force: true });
  const { code, output } = await run(
    command,
    [
      ...args,
      "run",
      "--project",
      project,
      "--passWithNoTests",
      "--reporter=dot",
      "--reporter=json",
      `--outputFile.json=${file}`,
    ],
    { env, quiet: true },
  );
  const result = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  const passed = result?.numPassedTests ?? 0;
  let failed = result?.numFailedTests ?? 0;
  // A file that does not load, or an unhandled error, fails the run without a failed test.
  if (code !== 0 && failed === 0) failed = 1;
  const skippedTests = (result?.testResults ?? []).flatMap((file) =>
    file.assertionResults.filter(
      ({ status }) => status === "pending" || status === "skipped" || status === "todo",
    ),
  );
  total.passed += passed;
  total.failed += failed;
  total.skipped += skippedTests.length;
  if (code !== 0) process.stderr.write(`${output}\n`);
  for (const { fullName } of skippedTests) process.stderr.write(`  SKIPPED ${fullName}\n`);
  report(title, `${passed} passed, ${failed} failed, ${skippedTests.length} skipped`, startedAt);
}

/** Progress goes to stderr; only the closing line is the result. */
function report(title, result, startedAt) {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  process.stderr.write(`${title.padEnd(32)} ${result} (${seconds} s)\n`);
}
