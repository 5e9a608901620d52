import type { SpoolEvent } from "@bollard/spool";
import type { Logger } from "pino";
import type { Alarms } from "./alarms.js";

/** Logs what the spool tells, and raises an alarm where a person should know. */
export function tellSpoolEvent(event: SpoolEvent, alarms: Alarms, log: Logger): void {
  const sentence = sentenceOf(event);
  if (event.kind === "recovered") alarms.clear("SPOOL_FAILING", "spool");
  if (event.kind === "room") alarms.clear("SPOOL_FULL", "spool");
  if (event.kind === "caught-up") alarms.clear("SPOOL_CUT_LOOSE", event.cursor);
  if (!sentence) {
    log.info({ event }, "spool");
    return;
  }
  log.warn({ event }, sentence);
  const place = "cursor" in event ? event.cursor : "spool";
  alarms.raise(`SPOOL_${event.kind.toUpperCase().replaceAll("-", "_")}`, place, sentence);
}

/** What happened, for a person; undefined for what is of no concern. */
function sentenceOf(event: SpoolEvent): string | undefined {
  switch (event.kind) {
    case "failing":
      return `The disk refuses: ${event.error.message}`;
    case "full":
      return "As much waits for the sinks as may: nothing more is taken.";
    case "bounds-failing":
      return "What is too old could not be removed from the disk; it is tried again.";
    case "damaged":
      return `Entries ${event.firstPosition} to ${event.lastPosition} cannot be read any more.`;
    case "set-aside":
      return `${event.file} is no file of the spool any more and was put aside.`;
    case "cursors-lost":
      return "Where the sinks were is not known any more: they get all that is kept once more.";
    case "log-behind-cursor":
      return `The disk has lost entries that ${event.cursor} had already been sent.`;
    case "dropped":
      return event.reason === "disk-full"
        ? `The disk is full: the ${event.entries} oldest messages were dropped.`
        : `As much waits for the sinks as may: the ${event.entries} oldest messages were dropped.`;
    case "thinned":
      return `As much waits for the sinks as may: ${event.entries} of the oldest messages were left out.`;
    case "cut-loose":
      return `${event.cursor} is ${event.behind} messages behind and holds the spool no more.`;
    case "gap":
      return `${event.cursor} will not get messages ${event.firstPosition} to ${event.lastPosition}.`;
    default:
      return undefined;
  }
}
