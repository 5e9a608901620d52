import { once } from "node:events";
import type { CliIo } from "./cli-io.js";

/** Writes text, and waits where the reader does not keep up: what is large must not pile up here. */
export async function writeAll(stdout: CliIo["stdout"], text: string): Promise<void> {
  const isTaken = stdout.write(text);
  if (isTaken === false && stdout === process.stdout) await once(process.stdout, "drain");
}
