import { useMemo, useRef } from "preact/hooks";
import type { BridgeStatus, NodeView } from "../../api-types.js";
import { MapPanel } from "../map/map-panel.js";
import { AlarmsPanel } from "../panels/alarms-panel.js";
import { BytesCard } from "../panels/bytes-card.js";
import { DelayCard } from "../panels/delay-card.js";
import { EndsPanel } from "../panels/ends-panel.js";
import { NodeList } from "../panels/node-list.js";
import { NodePanel } from "../panels/node-panel.js";
import { RateCard } from "../panels/rate-card.js";
import { SpoolCard } from "../panels/spool-card.js";
import { PlotPanel } from "../plot/plot-panel.js";
import { numericFields } from "../street/fields.js";
import type { StreetApi } from "../street/street-api.js";
import type { StreetState } from "../street/street-state.js";
import { compareNames } from "../view/node-order.js";
import { assignSlots, type SeriesSlots } from "../view/series-slots.js";
import { plottedNodes, type ViewAction, type ViewState } from "../view/view-state.js";

/** What the answer rests on: figures, map, the selected node over time, all nodes, both ends. */
export function StreetView(props: {
  readonly api: StreetApi;
  readonly street: StreetState;
  readonly status: BridgeStatus;
  /** By name; undefined until the bridge first told. */
  readonly byName: ReadonlyMap<string, NodeView> | undefined;
  readonly chosen: ViewState;
  readonly act: (action: ViewAction) => void;
}) {
  const { api, status, byName, chosen, act } = props;
  const { link, trend, nowMs } = props.street;
  const nodes = useMemo(() => [...(byName?.values() ?? [])], [byName]);
  const fields = useMemo(() => numericFields(nodes), [nodes]);
  const view = useMemo(() => withDefaults(chosen, byName, fields), [chosen, byName, fields]);
  const field = fields.find(({ name }) => name === view.field);
  const names = plottedNodes(view);
  const slots = useSlots(names);
  const node = view.selected === undefined ? undefined : byName?.get(view.selected);
  return (
    <div class={link.kind === "lost" ? "evidence evidence-old" : "evidence"}>
      <div class="cards">
        <RateCard rates={status.rates} trend={trend} nowMs={nowMs} />
        <SpoolCard spool={status.spool} trend={trend} nowMs={nowMs} />
        <BytesCard bytes={status.bytes} />
        <DelayCard latency={status.delivery?.latencyMs} />
      </div>
      {status.alarms && status.alarms.length > 0 && (
        <AlarmsPanel alarms={status.alarms} nowMs={nowMs} />
      )}
      <MapPanel
        {...{ nodes, field, slots, nowMs }}
        selected={view.selected}
        onSelect={(name) => act({ kind: "select", node: name })}
      />
      <section class="panel node" aria-label="The selected node">
        {node ? (
          <NodePanel {...{ node, view, nowMs, act }} field={view.field} />
        ) : (
          <p class="empty">The node you select is shown here, with its values over time.</p>
        )}
        {node && field && (
          <PlotPanel
            {...{ api, field, names, view, slots, nowMs, act }}
            live={link.kind !== "lost"}
          />
        )}
      </section>
      <NodeList
        {...{ nodes, fields, field, view, slots, nowMs, act }}
        loading={byName === undefined}
      />
      <EndsPanel sources={status.sources} sinks={status.sinks} />
    </div>
  );
}

/** Where the reader chose nothing, or what is gone: the first node by name and the first field. */
function withDefaults(
  chosen: ViewState,
  nodes: ReadonlyMap<string, unknown> | undefined,
  fields: readonly { readonly name: string }[],
): ViewState {
  const known = (name: string | undefined) => name !== undefined && nodes?.has(name) === true;
  const first = () => [...(nodes?.keys() ?? [])].sort(compareNames)[0];
  const field = fields.some(({ name }) => name === chosen.field) ? chosen.field : fields[0]?.name;
  return {
    ...chosen,
    selected: known(chosen.selected) ? chosen.selected : first(),
    pinned: chosen.pinned.filter(known),
    field,
  };
}

function useSlots(names: readonly string[]): SeriesSlots {
  const before = useRef<SeriesSlots>(new Map());
  const asked = names.join("\n");
  // The array is new at each drawing; `asked` says when the names changed.
  return useMemo(() => {
    before.current = assignSlots(before.current, names);
    return before.current;
  }, [asked]);
}
