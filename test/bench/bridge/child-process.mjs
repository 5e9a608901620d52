import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

const TICKS_PER_S = 100;
const SAMPLE_MS = 500;

/** Memory in bytes and CPU seconds of a process, as the system counts them. */
function usageOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const kilobytes = (key) => Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const cpuS = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
  return { rssBytes: kilobytes("VmRSS") * 1024, peakBytes: kilobytes("VmHWM") * 1024, cpuS };
}

/** Bytes the system wrote to its disks for a process. */
function blocksOf(pid) {
  try {
    return Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, "latin1"))?.[1]);
  } catch {
    return undefined;
  }
}

/**
 * Starts a program, and resolves once it has said `ready` (a pattern) on its standard error or
 * output. `prefix` are words such as `taskset -c 0` before it; `passOn` is a stream that gets what it says.
 */
export async function startProgram(args, { prefix = [], ready, passOn }) {
  const startedMs = performance.now();
  const [command, ...rest] = [...prefix, process.execPath, ...args];
  const child = spawn(command, rest, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let found;
  const readyMs = await new Promise((resolve, reject) => {
    const listen = (bytes) => {
      said = (said + bytes).slice(-4000);
      passOn?.write(bytes);
      found ??= ready.exec(said);
      if (found) resolve(performance.now() - startedMs);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.on("exit", (code) => reject(new Error(`${args[0]} ended with ${code}: ${said}`)));
  });
  let rssBytes = 0;
  const timer = setInterval(() => {
    if (isRunning()) rssBytes = Math.max(rssBytes, usageOf(child.pid).rssBytes);
  }, SAMPLE_MS);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const stop = async (signal = "SIGTERM") => {
    clearInterval(timer);
    if (!isRunning()) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  };
  return {
    readyMs,
    /** What the first group of `ready` stands for, such as an address. */
    found: found?.[1],
    stop,
    said: () => said,
    usage: () => ({ ...usageOf(child.pid), blockBytes: blocksOf(child.pid) }),
  };
}
