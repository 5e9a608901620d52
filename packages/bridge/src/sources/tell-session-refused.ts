import type { Logger } from "pino";
import type { Alarms } from "../alarms.js";

/**
 * Tells that a node needs a session number, and that the disk refuses to keep one.
 *
 * @throws the error itself where it is none of the system's
 */
export function tellSessionRefused(
  place: string,
  error: unknown,
  { alarms, log }: { readonly alarms: Alarms; readonly log: Logger },
): void {
  if (!(error instanceof Error && "syscall" in error)) throw error;
  const message = `A node that does not count its boots needs a session number, and none can be kept: ${error.message}. Nothing is taken from it until the disk takes one.`;
  if (alarms.raise("SESSION_NOT_KEPT", place, message)) log.error({ err: error, place }, message);
}
