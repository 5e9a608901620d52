import type { BridgeStatus, ControlView, NodeView } from "../../api-types.js";
import { appendTrend, type TrendPoint } from "./trend.js";

/** How the page stands with its bridge. */
export type LinkState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "lost"; readonly retryInS: number };

/** Everything the page knows of the street. */
export interface StreetState {
  readonly link: LinkState;
  readonly status: BridgeStatus | undefined;
  /** By name. `undefined` until the bridge first told. */
  readonly nodes: ReadonlyMap<string, NodeView> | undefined;
  readonly controls: readonly ControlView[];
  readonly trend: readonly TrendPoint[];
  /** The bridge's clock, in milliseconds since the Unix epoch; it goes on while the link is lost. */
  readonly nowMs: number;
}

/** Something the feed learned. */
export type StreetEvent =
  | { readonly kind: "link"; readonly link: LinkState }
  | { readonly kind: "status"; readonly status: BridgeStatus }
  | { readonly kind: "all-nodes"; readonly nodes: readonly NodeView[] }
  | { readonly kind: "nodes"; readonly nodes: readonly NodeView[] }
  | { readonly kind: "controls"; readonly controls: readonly ControlView[] }
  | { readonly kind: "passed"; readonly ms: number };

/** What the page knows before it heard anything. */
export function unknownStreet(nowMs: number): StreetState {
  return {
    link: { kind: "connecting" },
    status: undefined,
    nodes: undefined,
    controls: [],
    trend: [],
    nowMs,
  };
}

/** What the page knows after one event more. */
export function learn(state: StreetState, event: StreetEvent): StreetState {
  switch (event.kind) {
    case "link":
      return { ...state, link: event.link };
    case "status": {
      const { status } = event;
      const trend = appendTrend(state.trend, status);
      return { ...state, status, trend, nowMs: Date.parse(status.now) };
    }
    case "all-nodes": {
      // Changes may have come before the whole list did; the later arrival holds.
      const known = state.nodes;
      const later = event.nodes.map((node) => laterOf(node, known?.get(node.name)));
      return { ...state, nodes: new Map(later.map((node) => [node.name, node])) };
    }
    case "nodes": {
      if (event.nodes.length === 0) return state;
      const nodes = new Map(state.nodes);
      for (const node of event.nodes) nodes.set(node.name, node);
      return { ...state, nodes };
    }
    case "controls":
      return { ...state, controls: event.controls };
    case "passed":
      return { ...state, nowMs: state.nowMs + event.ms };
  }
}

function laterOf(node: NodeView, known: NodeView | undefined): NodeView {
  return known && known.arrivedAt > node.arrivedAt ? known : node;
}
