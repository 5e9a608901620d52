import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

/** Counts tips of a rain gauge. */
export interface TipCounter {
  /** Tips since the last call. */
  take(): number;
  stop(): void;
}

/** A reed contact chatters: what comes so soon after a tip is the same tip. */
const BOUNCE_MS = 20;

/**
 * Counts falling edges of a GPIO line by libgpiod's `gpiomon` (package `gpiod`), which the kernel
 * wakes up: none is missed while the program is busy.
 *
 * @param line - number of the line on `gpiochip0`, the contact between it and ground
 * @param command - Default: gpiomon
 */
export function countTips(line: number, command = "gpiomon"): TipCounter {
  let tips = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  const monitor: ChildProcess = spawn(command, argumentsFor(command, line), {
    stdio: ["ignore", "pipe", "inherit"],
  });
  monitor.on("error", ({ message }) => process.stderr.write(`${command}: ${message}\n`));
  monitor.on("exit", (code) => {
    if (code) process.stderr.write(`${command} ended with exit code ${code}: no rain is counted\n`);
  });
  if (monitor.stdout) {
    createInterface({ input: monitor.stdout }).on("line", (text) => {
      const atMs = 1000 * Number.parseFloat(text);
      if (atMs - lastMs < BOUNCE_MS) return;
      lastMs = atMs;
      tips++;
    });
  }
  return {
    take: () => {
      const taken = tips;
      tips = 0;
      return taken;
    },
    stop: () => void monitor.kill(),
  };
}

/** Version 2 of libgpiod names its options anew. Each line is the time of an edge in seconds. */
function argumentsFor(command: string, line: number): string[] {
  const { stdout } = spawnSync(command, ["--version"], { encoding: "utf8" });
  return / v?1\./.test(stdout ?? "")
    ? ["--bias=pull-up", "--falling-edge", "--format=%s.%n", "gpiochip0", String(line)]
    : ["--bias=pull-up", "--edges=falling", "--format=%S", "--chip=gpiochip0", String(line)];
}
