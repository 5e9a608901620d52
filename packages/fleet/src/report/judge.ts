import type { FleetRunResult } from "../engine/fleet-run.js";
import { BURST } from "../engine/publisher.js";

/** What kept a run from more, or from what was asked. */
export interface Verdict {
  /**
   * - `none`: all that was due was sent in time, and what was counted arrived
   * - `uncounted`: at full speed nobody told what the broker took, so nothing is known of it
   * - `tool`: this program was late by itself; the figures are about it and not about the broker
   * - `broker`: it took no more, or lost something
   * - `connections`: some were refused or broke
   */
  readonly limit: "none" | "uncounted" | "tool" | "broker" | "connections";
  /** The same for a person. */
  readonly sentence: string;
}

/** Late by more at the 99th percentile, the tool's own schedule does not hold, ms. */
const LATE_MS = 10;
/** Share of a core with which the tool has no room left. */
const FULL = 0.9;
/** A thousandth of the messages may wait for the broker without a word. */
const USUAL_HELD_BACK = 0.001;

/**
 * Says what the limit was. Broken connections are plain to see; after them the tool blames itself
 * first: where it was late, nothing else can be known of the broker.
 *
 * @param isScheduled - false for a run at full speed, which always has a limit
 */
export function judge(result: FleetRunResult, isScheduled: boolean): Verdict {
  const { connect, latency, lateness, usage, sent, heldBack, unacknowledged, arrivals, missed } =
    result;
  // At QoS 0 and without a receiver, what fills the system's buffers counts as sent.
  const isCounted = arrivals !== undefined || latency.acknowledgedFromDue !== undefined;
  const percent = (part: number) => `${((100 * part) / Math.max(1, sent)).toFixed(2)} %`;
  // What was due while a scenario kept connections away says nothing of the broker.
  if (connect.failed + connect.lost > 0 || (missed > 0 && result.cut === 0)) {
    if (connect.failed + connect.lost === 0) {
      const sentence = `${missed} messages were due while their connection was not up.`;
      return { limit: "connections", sentence };
    }
    const [reason] = Object.keys(connect.reasons);
    const sentence = `${connect.failed} connections failed and ${connect.lost} broke: ${reason ?? "no reason given"}.`;
    return { limit: "connections", sentence };
  }
  if (isScheduled && (lateness?.p99Ms ?? 0) > LATE_MS) {
    const late = lateness?.p99Ms.toFixed(1);
    return {
      limit: "tool",
      sentence: `This tool was late by ${late} ms (p99): use fewer clients, a lower rate, or more machines.`,
    };
  }
  if (!isScheduled && isCounted && usage.cpuShare > FULL && heldBack * BURST < sent) {
    return {
      limit: "tool",
      sentence: "This tool was busy all the time: the broker may take more.",
    };
  }
  const lost = arrivals?.lost ?? 0;
  if (lost > 0) {
    return { limit: "broker", sentence: `The broker lost ${lost} messages, ${percent(lost)}.` };
  }
  if (unacknowledged > 0) {
    const sentence = `The broker has not acknowledged ${unacknowledged} messages, ${percent(unacknowledged)}.`;
    return { limit: "broker", sentence };
  }
  if (!isScheduled && !isCounted) {
    return {
      limit: "uncounted",
      sentence:
        "What was sent is not what the broker took: nobody counted it. Use --receivers 1, or QoS 1.",
    };
  }
  if (!isScheduled) return { limit: "broker", sentence: "This is what the broker takes." };
  if (heldBack > sent * USUAL_HELD_BACK) {
    const sentence = `The broker held back ${percent(heldBack)} of the messages: it took them later than they were due.`;
    return { limit: "broker", sentence };
  }
  return { limit: "none", sentence: "The broker took all of it in time." };
}
