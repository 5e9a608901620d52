#!/usr/bin/env node
import { runCli } from "./run-cli.js";

const interrupted = new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => resolve());
  }
});

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // The reader of a pipe has had enough, such as `| head`.
  if (error.code === "EPIPE") process.exit(0);
});

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  interrupted,
  colour: process.stdout.isTTY && !process.env.NO_COLOR,
});
