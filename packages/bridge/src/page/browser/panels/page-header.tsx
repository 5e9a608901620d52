import type { BridgeStatus } from "../../api-types.js";
import { Mark } from "../parts/mark.js";
import type { StreetState } from "../street/street-state.js";
import { formatRoute, type ViewName, views } from "../view/route.js";

const words = {
  connecting: ["connecting", "Connecting"],
  live: ["up", "Live"],
  busy: ["connecting", "Every 10 s"],
  lost: ["down", "Unreachable"],
} as const;

/** The name, the views, and whether the page hears the bridge. */
export function PageHeader(props: {
  readonly link: StreetState["link"];
  readonly status: BridgeStatus | undefined;
  readonly login: boolean;
  readonly view: ViewName;
  /** Address of the street as it was looked at. */
  readonly street: string;
}) {
  const { link, status, login, view, street } = props;
  const [mark, word] = words[link.kind];
  return (
    <header class="page-header">
      <p class="brand">
        <img src="icon.svg" alt="" width="28" height="28" />
        Bollard
      </p>
      <nav class="views" aria-label="Views">
        {views.map(({ name, title }) => (
          <a
            key={name}
            href={name === "street" ? street || "#" : formatRoute(name)}
            aria-current={name === view ? "page" : undefined}
          >
            {title}
            <Badge count={troubleOf(name, status)} />
          </a>
        ))}
      </nav>
      <p class={`link link-${link.kind}`}>
        <Mark kind={mark} />
        {word}
        {login && (
          <button type="button" class="tool" onClick={() => void logOut()}>
            Log out
          </button>
        )}
      </p>
    </header>
  );
}

/** How many things in a view want a person. */
function troubleOf(view: ViewName, status: BridgeStatus | undefined): number {
  const down = (ends: BridgeStatus["sources"] = []) =>
    ends.filter(({ state }) => state === "down").length;
  if (view === "sinks") return down(status?.sinks);
  if (view === "ports") return down(status?.sources);
  if (view !== "nodes") return 0;
  return status?.alarms?.filter(({ code }) => code === "NODE_UNKNOWN").length ?? 0;
}

function Badge({ count }: { readonly count: number }) {
  if (count === 0) return null;
  return (
    <span class="badge">
      {count}
      <span class="unseen"> to look at</span>
    </span>
  );
}

async function logOut(): Promise<void> {
  await fetch("logout", { method: "POST" });
  location.assign("login");
}
