#!/usr/bin/env node
import { createInterface } from "node:readline/promises";
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

const terminal = {
  columns: () => process.stderr.columns || 80,
  onKey(listener: (key: string) => void) {
    const { stdin } = process;
    const listen = (bytes: Buffer) => {
      for (const key of bytes.toString()) {
        // In this mode the terminal sends Ctrl-C as a key.
        if (key === "\u0003") process.kill(process.pid, "SIGINT");
        else listener(key);
      }
    };
    stdin.setRawMode(true).resume().on("data", listen);
    return () => {
      stdin.off("data", listen).setRawMode(false).pause();
    };
  },
};

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  lines.once("SIGINT", () => process.exit(130));
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

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
  ...(process.stderr.isTTY && process.stdin.isTTY && { terminal, ask }),
  colour: process.stdout.isTTY && !process.env.NO_COLOR,
});
