import type { NodeView } from "../../api-types.js";
import { LostBridge } from "../panels/lost-bridge.js";
import type { StreetApi } from "../street/street-api.js";
import type { StreetState } from "../street/street-state.js";
import type { Route } from "../view/route.js";
import { CommandView } from "./command-view.js";
import { DownloadView } from "./download-view.js";
import { LogPanel } from "./log-view.js";
import { NodesView } from "./nodes-view.js";
import { PortsView } from "./ports-view.js";
import { SinksView } from "./sinks-view.js";
import { SpoolPanel } from "./spool-view.js";

/** The view that the route names, with a word above it while the bridge is out of reach. */
export function DetailView(props: {
  readonly api: StreetApi;
  readonly route: Route;
  readonly street: StreetState;
  readonly byName: ReadonlyMap<string, NodeView> | undefined;
  readonly onRetry: () => void;
}) {
  const { api, route, street, byName, onRetry } = props;
  const { link, status, nowMs } = street;
  const nodes = [...(byName?.values() ?? [])];
  return (
    <>
      {link.kind === "lost" && (
        <section class="panel lost" aria-label="The bridge cannot be reached">
          <h2>The bridge cannot be reached.</h2>
          <LostBridge {...{ link, status, nowMs, onRetry }} />
        </section>
      )}
      <div class={link.kind === "lost" ? "view evidence-old" : "view"}>
        {route.view === "nodes" && <NodesView {...{ api, nodes, nowMs }} />}
        {route.view === "ports" && <PortsView {...{ api, status }} />}
        {route.view === "sinks" && <SinksView {...{ status, nowMs }} />}
        {route.view === "spool" && <SpoolPanel {...{ api }} />}
        {route.view === "log" && <LogPanel {...{ api }} />}
        {route.view === "command" && (
          <CommandView {...{ api, nodes }} first={route.words.get("node") ?? undefined} />
        )}
        {route.view === "download" && (
          <DownloadView {...{ api, nodes }} first={route.words.get("node") ?? undefined} />
        )}
      </div>
    </>
  );
}
