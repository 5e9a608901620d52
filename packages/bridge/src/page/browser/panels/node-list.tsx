import { useMemo, useState } from "preact/hooks";
import type { NodeView } from "../../api-types.js";
import { Choice } from "../parts/choice.js";
import type { Field } from "../street/fields.js";
import { formatCount } from "../text/format-number.js";
import { type Freshness, filterNodes, type NodeColumn, sortNodes } from "../view/node-order.js";
import { MOST_SERIES, type SeriesSlots } from "../view/series-slots.js";
import { useCalmOrder } from "../view/use-calm-order.js";
import type { ViewAction, ViewState } from "../view/view-state.js";
import { NodeRow } from "./node-row.js";

/** More rows than this wait behind a button, so a large town stays smooth. */
const MOST_ROWS = 400;
const freshnesses: readonly Freshness[] = ["all", "fresh", "stale"];

/** Every node with its last value: to sort, to filter, to select and to compare. */
export function NodeList(props: {
  readonly nodes: readonly NodeView[];
  /** The nodes are still being read. */
  readonly loading: boolean;
  readonly fields: readonly Field[];
  readonly field: Field | undefined;
  readonly view: ViewState;
  readonly slots: SeriesSlots;
  readonly nowMs: number;
  readonly act: (action: ViewAction) => void;
}) {
  const { nodes, loading, fields, field, view, slots, nowMs, act } = props;
  const [busy, setBusy] = useState(false);
  const [whole, setWhole] = useState(false);
  const byName = useMemo(() => new Map(nodes.map((node) => [node.name, node])), [nodes]);
  const { sort, filter, freshness } = view;
  const wanted = useMemo(
    () =>
      sortNodes(filterNodes(nodes, filter, freshness), sort, field?.name).map(({ name }) => name),
    [nodes, filter, freshness, sort, field?.name],
  );
  const asked = [sort.column, sort.descending, filter, freshness, field?.name].join("\n");
  const order = useCalmOrder(wanted, asked, nowMs, busy);
  const shown = whole ? order : order.slice(0, MOST_ROWS);
  const full = view.pinned.length >= MOST_SERIES - 1;
  const start = shown.includes(view.selected ?? "") ? view.selected : shown[0];
  const counts = {
    all: nodes.length,
    fresh: nodes.filter(({ fresh }) => fresh).length,
    stale: nodes.filter(({ fresh }) => !fresh).length,
  };
  return (
    <section class="panel nodes" aria-labelledby="nodes">
      <div class="panel-head">
        <h2 id="nodes">Nodes</h2>
        <label class="field-choice">
          <span class="quiet">Value</span>
          <select
            value={field?.name}
            onChange={({ currentTarget }) => act({ kind: "field", field: currentTarget.value })}
          >
            {fields.map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="list-tools">
        <input
          type="search"
          aria-label="Filter the nodes by name, schema or source"
          placeholder="Filter by name, schema or source"
          value={filter}
          onInput={({ currentTarget }) => act({ kind: "filter", text: currentTarget.value })}
        />
        <Choice
          label="Freshness"
          name="freshness"
          options={freshnesses}
          chosen={freshness}
          choose={(choice) => act({ kind: "freshness", freshness: choice })}
          counts={counts}
        />
      </div>
      <div
        class="list-box"
        onPointerEnter={() => setBusy(true)}
        onPointerLeave={() => setBusy(false)}
      >
        <table>
          <thead>
            <tr>
              <Column {...{ sort, act }} column="name">
                Node
              </Column>
              <Column {...{ sort, act }} column="value">
                {field?.title ?? "Value"}
                {field?.unit && <small> {field.unit}</small>}
              </Column>
              <Column {...{ sort, act }} column="age">
                Age
              </Column>
              <Column {...{ sort, act }} column="readings">
                Readings
              </Column>
              <th scope="col" class="column-pin">
                Plot
              </th>
            </tr>
          </thead>
          <tbody onKeyDown={moveByKey}>
            {shown.map((name) => {
              const node = byName.get(name);
              return (
                node && (
                  <NodeRow
                    key={name}
                    node={node}
                    field={field}
                    slot={slots.get(name)}
                    pinned={view.pinned.includes(name)}
                    full={full}
                    selected={name === view.selected}
                    first={name === start}
                    ageS={Math.max(0, Math.floor((nowMs - Date.parse(node.arrivedAt)) / 1000))}
                    act={act}
                  />
                )
              );
            })}
          </tbody>
        </table>
        {order.length === 0 && (
          <p class="empty">
            {loading
              ? "Reading the nodes …"
              : nodes.length === 0
                ? "No node has reported yet. The first one to do so appears here by itself."
                : "No node is like that. Clear the filter to see them all."}
          </p>
        )}
        {order.length > shown.length && (
          <button type="button" class="button list-more" onClick={() => setWhole(true)}>
            Show all {formatCount(order.length)} nodes
          </button>
        )}
      </div>
    </section>
  );
}

function Column(props: {
  readonly column: NodeColumn;
  readonly sort: ViewState["sort"];
  readonly act: (action: ViewAction) => void;
  readonly children: preact.ComponentChildren;
}) {
  const { column, sort, act, children } = props;
  const sorted = sort.column === column;
  const order = !sorted ? "none" : sort.descending ? "descending" : "ascending";
  return (
    <th scope="col" class={`column-${column}`} aria-sort={order}>
      <button type="button" onClick={() => act({ kind: "sort", column })}>
        {children}
        {sorted && <span aria-hidden="true">{sort.descending ? " ↓" : " ↑"}</span>}
      </button>
    </th>
  );
}

/** Arrow keys, Home and End go from row to row; Enter selects, since each name is a button. */
function moveByKey(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>(".node-name")];
  const at = buttons.indexOf(event.target as HTMLElement);
  const places: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: buttons.length - 1,
  };
  const next = buttons[places[event.key] ?? -1];
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
}
