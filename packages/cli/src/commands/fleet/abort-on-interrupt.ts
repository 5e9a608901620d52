import type { CliIo } from "../../cli-io.js";

/** A signal for when the user asks the command to end. */
export function abortOnInterrupt(io: CliIo): AbortSignal {
  const controller = new AbortController();
  void io.interrupted.then(() => controller.abort());
  return controller.signal;
}
