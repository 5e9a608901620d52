import type { BridgeStatus, ControlView, NodeView, TrendPoint } from "../../api-types.js";
import { appendTrend, joinTrends } from "./trend.js";

/** How the page stands with its bridge. */
export type LinkState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** The bridge answers but has no stream of events for this page: it is asked now and then. */
  | { readonly kind: "busy"; readonly retryInS: number }
  | { readonly kind: "lost"; readonly retryInS: number };

/** Everything the page knows of the street. */
export interface StreetState {
  readonly link: LinkState;
  readonly status: BridgeStatus | undefined;
  /** Each node with each of its schemas. `undefined` until the bridge first told. */
  readonly views: ReadonlyMap<string, NodeView> | undefined;
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
  /** From before the page was opened, or while the bridge was out of reach. */
  | { readonly kind: "trend"; readonly trend: readonly TrendPoint[] }
  | { readonly kind: "passed"; readonly ms: number };

/** What the page knows before it heard anything. */
export function unknownStreet(nowMs: number): StreetState {
  return {
    link: { kind: "connecting" },
    status: undefined,
    views: undefined,
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
      const known = state.views;
      const later = event.nodes.map((view) => laterOf(view, known?.get(keyOf(view))));
      return { ...state, views: new Map(later.map((view) => [keyOf(view), view])) };
    }
    case "nodes": {
      if (event.nodes.length === 0) return state;
      const views = new Map(state.views);
      for (const view of event.nodes) views.set(keyOf(view), view);
      return { ...state, views };
    }
    case "controls":
      return { ...state, controls: event.controls };
    case "trend":
      return { ...state, trend: joinTrends(event.trend, state.trend) };
    case "passed":
      return { ...state, nowMs: state.nowMs + event.ms };
  }
}

function keyOf({ name, schema }: NodeView): string {
  return `${name}\n${schema}`;
}

function laterOf(view: NodeView, known: NodeView | undefined): NodeView {
  return known && known.arrivedAt > view.arrivedAt ? known : view;
}
