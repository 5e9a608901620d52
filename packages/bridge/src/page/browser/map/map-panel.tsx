import { useEffect, useMemo, useState } from "preact/hooks";
import type { NodeView } from "../../api-types.js";
import { Mark } from "../parts/mark.js";
import { useSize } from "../parts/use-size.js";
import { type Field, numberOf } from "../street/fields.js";
import { formatCount, formatValue } from "../text/format-number.js";
import { formatAge } from "../text/relative-time.js";
import type { SeriesSlots } from "../view/series-slots.js";
import { MapFront, MapGrid, MapLabel, MapMark } from "./map-marks.js";
import { type Direction, nearestNode, nodeToward, type PlacedNode } from "./nearest-node.js";
import { useMapPointer } from "./use-map-pointer.js";
import { useMapView } from "./use-map-view.js";
import { STEP_COUNT, type ValueSteps, valueSteps } from "./value-steps.js";

const arrows: Record<string, Direction> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};
const ZOOM = 1.6;
const REACH = 26;

/** The street from above: its nodes by place, freshness and value. No tiles, no outside request. */
export function MapPanel(props: {
  readonly nodes: readonly NodeView[];
  readonly field: Field | undefined;
  readonly selected: string | undefined;
  readonly slots: SeriesSlots;
  readonly nowMs: number;
  readonly onSelect: (node: string) => void;
}) {
  const { nodes, field, selected, slots, nowMs, onSelect } = props;
  const [box, size] = useSize<HTMLDivElement>();
  const viewer = useMapView(nodes, size);
  const [hovered, setHovered] = useState<string>();
  const byName = useMemo(() => new Map(nodes.map((node) => [node.name, node])), [nodes]);
  const steps = useMemo(
    () =>
      valueSteps(nodes.flatMap((node) => (node.fresh ? (numberOf(node, field?.name) ?? []) : []))),
    [nodes, field?.name],
  );
  const place = viewer.placed.find(({ name }) => name === selected);
  const unplaced = nodes.length - viewer.placed.length;
  const tipAt = viewer.placed.find(({ name }) => name === hovered);
  const tipOf = hovered === undefined ? undefined : byName.get(hovered);

  const pointer = useMapPointer({
    canPan: viewer.zoomed,
    onPan: viewer.pan,
    onPoint: (at) => setHovered(at && nearestNode(viewer.placed, at, REACH)?.name),
    onPick: (at) => {
      const node = nearestNode(viewer.placed, at, REACH);
      if (node) onSelect(node.name);
    },
  });

  // Only a new selection moves the map.
  useEffect(() => {
    if (place) viewer.reveal(place);
  }, [selected]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = arrows[event.key];
    if (direction) {
      const next = place ? nodeToward(viewer.placed, place, direction) : viewer.placed[0];
      if (next) onSelect(next.name);
    } else if (event.key === "+" || event.key === "=") viewer.zoom(ZOOM, place);
    else if (event.key === "-") viewer.zoom(1 / ZOOM, place);
    else if (event.key === "0") viewer.showAll();
    else return;
    event.preventDefault();
  };

  return (
    <section class="panel map" aria-labelledby="map">
      <div class="panel-head">
        <h2 id="map">Map</h2>
        <div class="map-zoom">
          <button
            type="button"
            class="tool"
            aria-label="Zoom in"
            title="Zoom in (+)"
            onClick={() => viewer.zoom(ZOOM, place)}
          >
            +
          </button>
          <button
            type="button"
            class="tool"
            aria-label="Zoom out"
            title="Zoom out (−)"
            disabled={!viewer.zoomed}
            onClick={() => viewer.zoom(1 / ZOOM, place)}
          >
            −
          </button>
          <button
            type="button"
            class="tool"
            title="Show all nodes (0)"
            disabled={!viewer.zoomed}
            onClick={viewer.showAll}
          >
            All
          </button>
        </div>
      </div>
      <div class="map-box" ref={box}>
        {size.width > 0 && <MapGrid view={viewer.view} size={size} />}
        {viewer.placed.length === 0 ? (
          <p class="empty">
            {nodes.length === 0
              ? "Nodes appear here once they report."
              : "No node has told where it stands. They are all in the list."}
          </p>
        ) : (
          <div
            class={viewer.zoomed ? "map-area map-area-zoomed" : "map-area"}
            role="listbox"
            tabIndex={0}
            aria-label="Nodes on the map; arrow keys go from one to the next"
            aria-activedescendant={place && markId(viewer.placed.indexOf(place))}
            onKeyDown={onKeyDown}
            {...pointer}
          >
            {size.width > 0 && (
              <svg width={size.width} height={size.height} role="presentation">
                {viewer.placed.map((at, index) => {
                  const node = byName.get(at.name);
                  return (
                    node &&
                    markOf(node, at, markId(index), {
                      field,
                      steps,
                      slots,
                      selected,
                      size: size.width < 420 ? 4 : 5,
                    })
                  );
                })}
              </svg>
            )}
          </div>
        )}
        {size.width > 0 && (
          <MapFront view={viewer.view} size={size}>
            {place && <MapLabel place={place} size={size} slot={slots.get(place.name)} />}
          </MapFront>
        )}
        {tipAt && tipOf && tipAt.name !== selected && (
          <p class="map-tip" style={tipStyle(tipAt, size.width)}>
            <b>{tipOf.name}</b>
            <span>{lastValue(tipOf, field)}</span>
            <span class="quiet">{formatAge(nowMs - Date.parse(tipOf.arrivedAt))}</span>
          </p>
        )}
      </div>
      <MapLegend field={field} steps={steps} unplaced={unplaced} />
    </section>
  );
}

function markOf(
  node: NodeView,
  at: PlacedNode,
  id: string,
  look: {
    readonly field: Field | undefined;
    readonly steps: ValueSteps | undefined;
    readonly slots: SeriesSlots;
    readonly selected: string | undefined;
    readonly size: number;
  },
) {
  const value = numberOf(node, look.field?.name);
  return (
    <MapMark
      key={node.name}
      id={id}
      x={Math.round(at.x * 10) / 10}
      y={Math.round(at.y * 10) / 10}
      size={look.size}
      fresh={node.fresh}
      step={value === undefined ? undefined : look.steps?.stepOf(value)}
      slot={look.slots.get(node.name)}
      selected={node.name === look.selected}
      label={`${node.name}, ${node.fresh ? "fresh" : "stale"}, ${lastValue(node, look.field)}`}
    />
  );
}

/** A name may hold what an id must not. */
function markId(index: number): string {
  return `map-node-${index}`;
}

function lastValue(node: NodeView, field: Field | undefined): string {
  const found = node.values.find(({ name }) => name === field?.name);
  return found ? formatValue(found) : "no such field";
}

function tipStyle(at: PlacedNode, width: number) {
  const left = at.x > width / 2;
  return {
    left: `${at.x}px`,
    top: `${at.y}px`,
    transform: `translate(${left ? "calc(-100% - 14px)" : "14px"}, -50%)`,
  };
}

function MapLegend(props: {
  readonly field: Field | undefined;
  readonly steps: ValueSteps | undefined;
  readonly unplaced: number;
}) {
  const { field, steps, unplaced } = props;
  return (
    <p class="map-legend">
      {field && steps && (
        <span class="map-shades">
          {field.title}
          <span>≤ {formatEnd(steps.from)}</span>
          <span class="shades" aria-hidden="true">
            {[...Array(STEP_COUNT).keys()].map((step) => (
              <i key={step} style={{ background: `var(--shade-${step})` }} />
            ))}
          </span>
          <span>
            ≥ {formatEnd(steps.to)} {field.unit}
          </span>
        </span>
      )}
      <span>
        <Mark kind="fresh" /> fresh
      </span>
      <span>
        <Mark kind="stale" /> stale
      </span>
      {unplaced > 0 && <span>{formatCount(unplaced)} without a position, only in the list</span>}
    </p>
  );
}

function formatEnd(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 7 }).replace("-", "−");
}
