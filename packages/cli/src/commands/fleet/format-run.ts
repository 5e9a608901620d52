import type { Assertion, MessageCounts, ScenarioResult } from "@bollard/fleet";
import { count, lines, ms, percentiles } from "../../output/format-figures.js";

/** A run for a person: the verdict, what was expected, what was counted. */
export function formatRun({ manifest, result, assertions, verdict }: ScenarioResult): string {
  const { connect, latency, usage, streets, phases } = result;
  const held = assertions.filter(({ holds }) => holds).length;
  const title = `${manifest.scenario.name}, seed ${manifest.seed}, run ${manifest.run}; simulated`;
  const said = assertions.length > 0 ? `${held} of ${assertions.length} expectations held. ` : "";
  return [
    `${title}\n${said}${verdict.sentence}\n`,
    assertions.length > 0 ? lines(assertions.map(assertionRow)) : "",
    "\n",
    lines([
      [
        "connected",
        `${count(connect.connected)} of ${count(connect.clients)}, ${count(connect.perSecond)} a second`,
      ],
      connect.lost + connect.failed + result.cut > 0 && [
        "  broke",
        `${count(connect.lost)}, cut by the scenario ${count(result.cut)}, attempts that failed ${count(connect.failed)}; came back ${count(connect.reconnected)}`,
      ],
      ...(streets.length > 1
        ? streets.map((street) => [`${street.name}, QoS ${street.qos}`, countsOf(street)] as const)
        : []),
      ["messages", `${countsOf(result)}; ${count(result.sentPerSecond)} a second`],
      latency.acknowledgedFromDue !== undefined && [
        "acknowledged",
        percentiles(latency.acknowledgedFromDue),
      ],
      latency.arrivedFromDue !== undefined && ["arrived", percentiles(latency.arrivedFromDue)],
      latency.arrivedFromSend !== undefined && [
        "  from send",
        percentiles(latency.arrivedFromSend),
      ],
      ...phases.map(
        ({ name, sent, latency: own }) =>
          [`  ${name}`, `sent ${count(sent)}  ${percentiles(own)}`] as const,
      ),
      result.lateness !== undefined && ["this tool late", percentiles(result.lateness)],
      [
        "this tool",
        `${((usage.cpuS / Math.max(1, result.sent)) * 1e6).toFixed(1)} processor seconds a million, ${(100 * usage.cpuShare).toFixed(0)} % of a core, ${count(usage.rssBytes / 1e6)} MB`,
      ],
    ]),
  ].join("");
}

function assertionRow({ name, expected, actual, holds }: Assertion): readonly [string, string] {
  const isTime = name.endsWith("Ms");
  const shown =
    actual === undefined
      ? "not measured"
      : isTime
        ? ms(actual)
        : String(Number(actual.toPrecision(4)));
  return [name, `${holds ? "held  " : "BROKEN"}  ${shown}, expected ${expected}`];
}

function countsOf({ due, sent, missed, skipped, heldBack, arrivals }: MessageCounts): string {
  const parts = [
    `due ${count(due)}, sent ${count(sent)}`,
    missed > 0 && `missed ${count(missed)}`,
    skipped > 0 && `left out ${count(skipped)}`,
    heldBack > 0 && `held back ${count(heldBack)}`,
    arrivals &&
      `arrived ${count(arrivals.received)}, lost ${count(arrivals.lost)}, twice ${count(arrivals.duplicates)}, out of order ${count(arrivals.outOfOrder)}`,
  ];
  return parts.filter(Boolean).join(", ");
}
