import type { BridgeStatus } from "../../api-types.js";
import { formatCount } from "../text/format-number.js";

const NEARLY_FULL = 0.9;

/** What a person must know beside the summary: data lost or dropped, or soon to be. */
export function warningsOf(status: BridgeStatus): string[] {
  const { spool, sinks, delivery } = status;
  const warnings: string[] = [];
  if (delivery && delivery.lost > 0) {
    warnings.push(`${readings(delivery.lost)} produced that never arrived and are held nowhere.`);
  }
  const behind = sinks.filter(({ dropped }) => dropped > 0);
  for (const { name, dropped } of behind) {
    warnings.push(`The spool had no more room for “${name}” and dropped ${readings(dropped)}.`);
  }
  if (spool.dropped > 0 && behind.length === 0) {
    warnings.push(`The spool was full and dropped ${readings(spool.dropped)}.`);
  }
  const share = spool.maxBytes > 0 ? spool.bytes / spool.maxBytes : 0;
  if (spool.backlog > 0 && share >= NEARLY_FULL) {
    warnings.push(
      `The spool is ${Math.floor(share * 100)} % full: soon there is no room for more.`,
    );
  }
  return warnings;
}

function readings(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "reading" : "readings"}`;
}
