import { useCallback, useMemo, useState } from "preact/hooks";
import type { NodeView } from "../../api-types.js";
import { StateWord } from "../parts/state-word.js";
import { TimeAgo } from "../parts/time-ago.js";
import { usePolled } from "../parts/use-polled.js";
import type { StreetApi } from "../street/street-api.js";
import { formatCount } from "../text/format-number.js";
import { formatClock } from "../text/relative-time.js";
import { filterNodes } from "../view/node-order.js";
import { formatRoute } from "../view/route.js";
import { clockWords, type NodeFacts, nodeFacts, signalOf, signalTitle } from "./node-facts.js";
import { WaitingPanel } from "./waiting-panel.js";

const EVERY_MS = 2000;
/** More rows than this wait behind a button. */
const MOST_ROWS = 200;

/** Every node with what is known of it; above them those that nobody has named yet. */
export function NodesView(props: {
  readonly api: StreetApi;
  readonly nodes: readonly NodeView[];
  readonly nowMs: number;
}) {
  const { api, nodes, nowMs } = props;
  const [text, setText] = useState("");
  const [whole, setWhole] = useState(false);
  const { answer: links } = usePolled(
    useCallback(() => api.links(), [api]),
    EVERY_MS,
  );
  const facts = useMemo(
    () => nodeFacts(filterNodes(nodes, text, "all"), links),
    [nodes, text, links],
  );
  const shown = whole ? facts : facts.slice(0, MOST_ROWS);
  return (
    <>
      <WaitingPanel api={api} />
      <section class="panel" aria-labelledby="nodes-view">
        <div class="panel-head">
          <h1 id="nodes-view">Nodes</h1>
          <span class="quiet">{formatCount(nodes.length)} known</span>
        </div>
        <div class="list-tools">
          <input
            type="search"
            aria-label="Filter the nodes by name, schema or source"
            placeholder="Filter by name, schema or source"
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </div>
        <table class="stacking">
          <thead>
            <tr>
              <th scope="col">Node</th>
              <th scope="col">State</th>
              <th scope="col">Last reading</th>
              <th scope="col">First seen</th>
              <th scope="col">Schemas</th>
              <th scope="col">Firmware</th>
              <th scope="col">Battery</th>
              <th scope="col">Signal</th>
              <th scope="col">Clock</th>
              <th scope="col">Readings</th>
              <th scope="col">
                <span class="unseen">Download</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((fact) => (
              <Row key={fact.node.name} fact={fact} nowMs={nowMs} />
            ))}
          </tbody>
        </table>
        {facts.length === 0 && (
          <p class="empty">
            {nodes.length === 0 ? "No node has reported yet." : "No node is like that."}
          </p>
        )}
        {facts.length > shown.length && (
          <button type="button" class="button list-more" onClick={() => setWhole(true)}>
            Show all {formatCount(facts.length)} nodes
          </button>
        )}
      </section>
    </>
  );
}

function Row({ fact, nowMs }: { readonly fact: NodeFacts; readonly nowMs: number }) {
  const { node, linked, battery } = fact;
  const street = `#${new URLSearchParams({ node: node.name })}`;
  return (
    <tr>
      <th scope="row">
        <a href={street} title="Show its values over time">
          {node.name}
        </a>
        <small> {node.id !== node.name && node.id}</small>
      </th>
      <td data-name="State">
        <StateWord kind={node.fresh ? "fresh" : "stale"} />
      </td>
      <td data-name="Last reading">
        <TimeAgo time={node.observedAt} nowMs={nowMs} />
      </td>
      <td data-name="First seen">
        <TimeAgo time={node.firstSeenAt} nowMs={nowMs} />
      </td>
      <td data-name="Schemas">{node.schema}</td>
      <td data-name="Firmware">
        {linked ? `${linked.firmware || "not told"}, boot ${linked.boot}` : "–"}
      </td>
      <td data-name="Battery">{battery ?? "–"}</td>
      <td data-name="Signal" title={signalTitle(node.signal)}>
        {signalOf(node.signal)}
      </td>
      <td
        data-name="Clock"
        title={`The bridge's clock when its last reading came at ${formatClock(node.arrivedAt)}: ${clockWords[node.clock]}`}
      >
        {node.clock}
      </td>
      <td data-name="Readings">{formatCount(node.readings)}</td>
      <td>
        <a href={formatRoute("download", { node: node.name })} aria-label={`Download ${node.name}`}>
          CSV
        </a>
      </td>
    </tr>
  );
}
