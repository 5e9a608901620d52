#!/usr/bin/env node
import { runCli } from "./run-cli.js";
import { spareMemory } from "./spare-memory.js";

const words = process.argv.slice(2);
// Before the bridge is loaded: what loading takes is not given back.
if (words[0] === "bridge" && words[1] === "run") spareMemory();

let reload: (() => void) | undefined;
const interrupted = new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  // A terminal that is closed sends it as well: there the command ends.
  process.on("SIGHUP", () => (reload && !process.stdin.isTTY ? reload() : resolve()));
});

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // The reader of a pipe has had enough, such as `| head`.
  if (error.code === "EPIPE") process.exit(0);
});

process.exitCode = await runCli(words, {
  stdout: process.stdout,
  stderr: process.stderr,
  interrupted,
  onReload: (listener) => {
    reload = listener;
    return () => {
      reload = undefined;
    };
  },
  env: process.env,
  colour: process.stdout.isTTY && !process.env.NO_COLOR,
});
