import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { GeneratedFile } from "@bollard/codegen";

/** What all generated code must compile with. */
export const strict = [
  ...["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-Wconversion"],
  ...["-Wcast-align", "-Wshadow", "-Wstrict-prototypes", "-Wmissing-prototypes"],
];

/** Stops at the first thing that C does not define. */
export const sanitize = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g"];

/** A folder that is gone after the callback. */
export async function inFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "bollard-c-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes files below a folder. */
export function writeAll(folder: string, files: readonly GeneratedFile[]): void {
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Runs a compiler; its words where it fails. */
export async function compile(command: string, args: readonly string[], cwd: string) {
  const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")}\n${output.slice(0, 4000)}`);
}

/** Runs jobs, as many at a time as there are cores. */
export async function runJobs(jobs: readonly (() => Promise<void>)[]): Promise<void> {
  let next = 0;
  const work = async () => {
    for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) await job();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}

/** Compiles sources one by one and links them into a program. */
export async function buildProgram(
  folder: string,
  sources: readonly string[],
  flags: readonly string[],
  program: string,
): Promise<void> {
  const objects = sources.map((source) => `${source}.o`);
  await runJobs(
    sources.map(
      (source, index) => () =>
        compile("clang", [...flags, "-c", source, "-o", objects[index] ?? ""], folder),
    ),
  );
  await compile("clang", [...flags, ...objects, "-o", program], folder);
}

/** Feeds lines to a program and gives its own. */
export function runLines(program: string, lines: readonly string[]): string[] {
  const { status, stdout, stderr } = spawnSync(program, {
    input: `${lines.join("\n")}\n`,
    encoding: "utf8",
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(`the host program ended with ${status}:\n${stderr}`);
  return stdout.trimEnd().split("\n");
}
