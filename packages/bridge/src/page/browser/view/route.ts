/** The views of the page, in the order of the links to them. */
export const views = [
  { name: "street", title: "Street" },
  { name: "nodes", title: "Nodes" },
  { name: "ports", title: "Ports" },
  { name: "sinks", title: "Sinks" },
  { name: "spool", title: "Spool" },
  { name: "log", title: "Log" },
  { name: "command", title: "Command" },
  { name: "download", title: "Download" },
] as const;

export type ViewName = (typeof views)[number]["name"];

/** Where the reader is. */
export interface Route {
  readonly view: ViewName;
  /** What the view begins with, such as a node. */
  readonly words: URLSearchParams;
}

/** The view that an address names: `#/download?node=lamp-1`; anything else is the street. */
export function parseRoute(hash: string): Route {
  const [, name, words] = /^#\/([a-z]+)(?:\?(.*))?$/.exec(hash) ?? [];
  const view = views.find((known) => known.name === name)?.name ?? "street";
  return { view, words: new URLSearchParams(words) };
}

/** The address of a view. */
export function formatRoute(view: ViewName, words: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(words).toString();
  return `#/${view}${query && `?${query}`}`;
}
