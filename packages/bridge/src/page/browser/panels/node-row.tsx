import type { NodeView } from "../../api-types.js";
import { Mark } from "../parts/mark.js";
import { memo } from "../parts/memo.js";
import { Swatch } from "../parts/swatch.js";
import type { Field } from "../street/fields.js";
import { formatCount, formatValue } from "../text/format-number.js";
import { formatExactTime, formatShortAge } from "../text/relative-time.js";
import type { ViewAction } from "../view/view-state.js";

/** One node in the list. */
export const NodeRow = memo(
  (props: {
    readonly node: NodeView;
    readonly field: Field | undefined;
    readonly slot: number | undefined;
    readonly pinned: boolean;
    /** The plot has no room for one more. */
    readonly full: boolean;
    readonly selected: boolean;
    /** The row that the Tab key comes to. */
    readonly first: boolean;
    readonly ageS: number;
    readonly act: (action: ViewAction) => void;
  }) => {
    const { node, field, slot, pinned, full, selected, first, ageS, act } = props;
    const value = node.values.find(({ name }) => name === field?.name);
    return (
      <tr class={selected ? "selected" : ""}>
        <th scope="row">
          <button
            type="button"
            class="node-name"
            tabIndex={first ? 0 : -1}
            aria-pressed={selected}
            onClick={() => act({ kind: "select", node: node.name })}
          >
            <Mark kind={node.fresh ? "fresh" : "stale"} />
            <span>{node.name}</span>
            {node.fresh ? <span class="unseen">fresh</span> : <em>stale</em>}
            {slot !== undefined && <Swatch slot={slot} />}
          </button>
        </th>
        <td>{value ? formatValue({ ...value, unit: "" }) : "–"}</td>
        <td>
          <time dateTime={node.arrivedAt} title={formatExactTime(node.arrivedAt)}>
            {formatShortAge(ageS * 1000)}
          </time>
        </td>
        <td class="column-readings">{formatCount(node.readings)}</td>
        <td class="column-pin">
          <button
            type="button"
            class="pin"
            tabIndex={-1}
            aria-pressed={pinned}
            aria-label={`Keep ${node.name} in the plot`}
            title={
              pinned
                ? "Take out of the plot"
                : full
                  ? "The plot holds six nodes"
                  : "Keep in the plot"
            }
            disabled={full && !pinned}
            onClick={() => act({ kind: "pin", node: node.name })}
          >
            {pinned ? "✓" : "+"}
          </button>
        </td>
      </tr>
    );
  },
);
