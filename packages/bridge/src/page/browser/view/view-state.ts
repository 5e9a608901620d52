import type { Freshness, NodeColumn, NodeSort } from "./node-order.js";
import { MOST_SERIES } from "./series-slots.js";

/** What the reader chose to look at. */
export interface ViewState {
  readonly selected: string | undefined;
  /** Nodes kept in the plot beside the selected one. */
  readonly pinned: readonly string[];
  readonly field: string | undefined;
  readonly windowS: number;
  readonly sort: NodeSort;
  readonly filter: string;
  readonly freshness: Freshness;
}

/** Something the reader did. */
export type ViewAction =
  | { readonly kind: "select"; readonly node: string }
  | { readonly kind: "pin"; readonly node: string }
  | { readonly kind: "field"; readonly field: string }
  | { readonly kind: "window"; readonly windowS: number }
  | { readonly kind: "sort"; readonly column: NodeColumn }
  | { readonly kind: "filter"; readonly text: string }
  | { readonly kind: "freshness"; readonly freshness: Freshness }
  /** To what an address names; sorting and filter stay. */
  | { readonly kind: "go"; readonly view: ViewState };

/** The windows of time to choose from, in seconds. */
export const windows = [60, 300, 900, 3600] as const;

/** What is looked at after one action more; a second `pin` takes the node out again. */
export function act(view: ViewState, action: ViewAction): ViewState {
  switch (action.kind) {
    case "select":
      return { ...view, selected: action.node };
    case "pin":
      return { ...view, pinned: toggled(view.pinned, action.node) };
    case "field":
      return { ...view, field: action.field };
    case "window":
      return { ...view, windowS: action.windowS };
    case "sort": {
      const { column, descending } = view.sort;
      const again = column === action.column;
      return { ...view, sort: { column: action.column, descending: again && !descending } };
    }
    case "filter":
      return { ...view, filter: action.text };
    case "freshness":
      return { ...view, freshness: action.freshness };
    case "go": {
      const { sort, filter, freshness } = view;
      return { ...action.view, sort, filter, freshness };
    }
  }
}

function toggled(pinned: readonly string[], node: string): readonly string[] {
  if (pinned.includes(node)) return pinned.filter((name) => name !== node);
  // One of the six series stays free for the selected node.
  return pinned.length < MOST_SERIES - 1 ? [...pinned, node] : pinned;
}

/** The nodes in the plot, the selected one first. */
export function plottedNodes(view: ViewState): string[] {
  return [...new Set([...(view.selected === undefined ? [] : [view.selected]), ...view.pinned])];
}

/** The view an address names, such as `#node=lamp-1&with=lamp-2&field=pm25`. */
export function parseView(hash: string): ViewState {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const windowS = Number(words.get("window"));
  return {
    selected: words.get("node") ?? undefined,
    pinned: words.getAll("with").slice(0, MOST_SERIES - 1),
    field: words.get("field") ?? undefined,
    windowS: windows.find((known) => known === windowS) ?? 300,
    sort: { column: "name", descending: false },
    filter: "",
    freshness: "all",
  };
}

/** The part of the address that brings this view back; empty for the usual one. */
export function formatView(view: ViewState): string {
  const words = new URLSearchParams();
  if (view.selected !== undefined) words.set("node", view.selected);
  for (const name of view.pinned) words.append("with", name);
  if (view.field !== undefined) words.set("field", view.field);
  if (view.windowS !== 300) words.set("window", String(view.windowS));
  return words.size > 0 ? `#${words}` : "";
}
