import type { NodeView } from "../../api-types.js";
import type { LinkedNodeView, LinkView } from "../../detail-types.js";
import { formatValue } from "../text/format-number.js";
import { compareNames } from "../view/node-order.js";

/** What is known of a node beside its readings. */
export interface NodeFacts {
  readonly node: NodeView;
  /** What it said in HELLO, where it hangs on a serial port. */
  readonly linked: LinkedNodeView | undefined;
  /** Its last word on its battery, with the unit; undefined where no field is about one. */
  readonly battery: string | undefined;
}

/** How far the bridge's clock could be trusted, in words. */
export const clockWords: Record<NodeView["clock"], string> = {
  synchronised: "set by a time service",
  unknown: "nobody vouches for it",
  unset: "not set",
};

/** All nodes by name, with what their links know of them. */
export function nodeFacts(
  nodes: readonly NodeView[],
  links: readonly LinkView[] = [],
): NodeFacts[] {
  const linked = new Map(
    links.flatMap(({ link }) => (link?.node ? [[link.node.id, link.node]] : [])),
  );
  return nodes
    .map((node) => ({ node, linked: linked.get(node.id), battery: batteryOf(node) }))
    .sort((a, b) => compareNames(a.node.name, b.node.name));
}

/** How well it was heard by radio: `−97 dBm, SNR 7.2 dB`. */
export function signalOf(signal: NodeView["signal"]): string {
  if (!signal) return "–";
  const snr = signal.snrDb === undefined ? "" : `, SNR ${decibels(signal.snrDb)} dB`;
  return `${decibels(signal.rssiDbm)} dBm${snr}`;
}

/** By how many gateways; undefined where there is no radio. */
export function signalTitle(signal: NodeView["signal"]): string | undefined {
  if (!signal) return undefined;
  const { gateways } = signal;
  return gateways === 1 ? "One gateway heard it" : `The best of ${gateways} gateways that heard it`;
}

function decibels(value: number): string {
  return value.toFixed(1).replace(/\.0$/, "").replace("-", "−");
}

function batteryOf({ values }: NodeView): string | undefined {
  const about = values.filter(({ name }) => /batter|(^|_)vbat/.test(name));
  // A share says more than a voltage.
  const field = about.find(({ unit }) => unit === "%") ?? about[0];
  return field && formatValue(field);
}
