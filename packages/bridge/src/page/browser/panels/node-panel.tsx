import type { FieldView, NodeView } from "../../api-types.js";
import { Fact } from "../parts/fact.js";
import { Mark } from "../parts/mark.js";
import { TimeAgo } from "../parts/time-ago.js";
import { formatCount, formatValue } from "../text/format-number.js";
import { formatPosition } from "../text/format-position.js";
import { formatRoute } from "../view/route.js";
import { MOST_SERIES } from "../view/series-slots.js";
import type { ViewAction, ViewState } from "../view/view-state.js";

/** The selected node: how it is, and its last values, each of which may be plotted. */
export function NodePanel(props: {
  readonly node: NodeView;
  readonly field: string | undefined;
  readonly view: ViewState;
  readonly nowMs: number;
  readonly act: (action: ViewAction) => void;
}) {
  const { node, field, view, nowMs, act } = props;
  const pinned = view.pinned.includes(node.name);
  const full = view.pinned.length >= MOST_SERIES - 1;
  return (
    <>
      <div class="panel-head">
        <h2 id="node">{node.name}</h2>
        <span class={`state state-${node.fresh ? "fresh" : "stale"}`}>
          <Mark kind={node.fresh ? "fresh" : "stale"} />
          {node.fresh ? "fresh" : "stale"}, heard <TimeAgo time={node.arrivedAt} nowMs={nowMs} />
        </span>
        <button
          type="button"
          class="tool"
          aria-pressed={pinned}
          disabled={full && !pinned}
          title={
            full && !pinned
              ? "The plot holds six nodes"
              : "Compare it with the nodes you select next"
          }
          onClick={() => act({ kind: "pin", node: node.name })}
        >
          {pinned ? "Kept in the plot" : "Keep in the plot"}
        </button>
      </div>
      <ul class="tiles">
        {node.values.map((value) => (
          <li key={value.name}>
            <Tile value={value} chosen={value.name === field} act={act} />
          </li>
        ))}
      </ul>
      <dl class="facts">
        <Fact name="Schema">{node.schema}</Fact>
        <Fact name="Source">{node.source}</Fact>
        <Fact name="Observed">
          <TimeAgo time={node.observedAt} nowMs={nowMs} />
        </Fact>
        <Fact name="Readings">{formatCount(node.readings)}</Fact>
        <Fact name="Position">{node.position ? formatPosition(node.position) : "not told"}</Fact>
        <Fact name="Download">
          <a href={formatRoute("download", { node: node.name })}>CSV</a>
        </Fact>
      </dl>
    </>
  );
}

function Tile(props: {
  readonly value: FieldView;
  readonly chosen: boolean;
  readonly act: (action: ViewAction) => void;
}) {
  const { value, chosen, act } = props;
  const text = (
    <>
      <span class="tile-title">{value.title}</span>
      <strong>{formatValue({ ...value, unit: "" })}</strong>
      {value.value !== null && <span class="tile-unit"> {value.unit}</span>}
    </>
  );
  // A field of words or yes and no has nothing to draw over time.
  if (typeof value.value === "string" || typeof value.value === "boolean") {
    return <div class="tile">{text}</div>;
  }
  return (
    <button
      type="button"
      class="tile"
      aria-pressed={chosen}
      onClick={() => act({ kind: "field", field: value.name })}
    >
      {text}
    </button>
  );
}
