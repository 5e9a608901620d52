import { useState } from "preact/hooks";
import type { NodeView } from "../../api-types.js";
import type { StreetApi } from "../street/street-api.js";
import { compareNames } from "../view/node-order.js";
import { csvQuery, type DownloadSpan, spanWords } from "./csv-query.js";

const spans = Object.keys(spanWords) as DownloadSpan[];

/** A node's readings as a file: which node, which field, which span of time. */
export function DownloadView(props: {
  readonly api: StreetApi;
  readonly nodes: readonly NodeView[];
  /** The node to begin with. */
  readonly first: string | undefined;
}) {
  const { api, nodes, first } = props;
  const names = nodes.map(({ name }) => name).sort(compareNames);
  const [asked, setAsked] = useState(first);
  const [field, setField] = useState("");
  const [span, setSpan] = useState<DownloadSpan>("day");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const name = asked !== undefined && names.includes(asked) ? asked : names[0];
  const node = nodes.find((known) => known.name === name);
  if (!node || name === undefined) {
    return <p class="empty panel">No node has reported yet, so there is nothing to download.</p>;
  }
  const fields = node.values;
  const chosen = fields.some((known) => known.name === field) ? field : "";
  const query = csvQuery({ node: name, field: chosen, span, from, to }, Date.now());
  return (
    <section class="panel form" aria-labelledby="download">
      <h1 id="download">Download readings</h1>
      <p class="quiet">
        What the spool still has of one node, calibrated, as CSV: time in UTC, then the fields in
        the schema's units.
      </p>
      <label>
        Node
        <select value={name} onChange={({ currentTarget }) => setAsked(currentTarget.value)}>
          {names.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <label>
        Field
        <select value={chosen} onChange={({ currentTarget }) => setField(currentTarget.value)}>
          <option value="">All fields</option>
          {fields.map((one) => (
            <option key={one.name} value={one.name}>
              {one.title}
            </option>
          ))}
        </select>
      </label>
      <label>
        Span
        <select
          value={span}
          onChange={({ currentTarget }) => setSpan(currentTarget.value as DownloadSpan)}
        >
          {spans.map((one) => (
            <option key={one} value={one}>
              {spanWords[one]}
            </option>
          ))}
        </select>
      </label>
      {span === "range" && (
        <div class="form-row">
          <label>
            From
            <input
              type="datetime-local"
              value={from}
              onInput={({ currentTarget }) => setFrom(currentTarget.value)}
            />
          </label>
          <label>
            To
            <input
              type="datetime-local"
              value={to}
              onInput={({ currentTarget }) => setTo(currentTarget.value)}
            />
          </label>
        </div>
      )}
      {query ? (
        <p>
          <a class="button button-active" href={api.csvAddress(query)} download>
            Download CSV
          </a>
        </p>
      ) : (
        <p class="mistake" role="alert">
          The span ends before it begins.
        </p>
      )}
    </section>
  );
}
