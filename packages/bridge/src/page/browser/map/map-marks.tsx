import type { ComponentChildren } from "preact";
import { memo } from "../parts/memo.js";
import type { MapSize, MapView } from "./map-view.js";
import type { PlacedNode } from "./nearest-node.js";
import { type ScaleBar, scaleBar } from "./scale-bar.js";

/** One node on the map: a filled circle while fresh, an empty diamond when stale. */
export const MapMark = memo(
  (props: {
    readonly id: string;
    readonly x: number;
    readonly y: number;
    /** Half its width, in pixels. */
    readonly size: number;
    readonly fresh: boolean;
    /** 0 to 4 by its value; `undefined` where it has none. */
    readonly step: number | undefined;
    readonly slot: number | undefined;
    readonly selected: boolean;
    readonly label: string;
  }) => {
    const { id, x, y, size, fresh, step, slot, selected, label } = props;
    const shade = step === undefined ? "var(--surface)" : `var(--shade-${step})`;
    return (
      <g
        id={id}
        role="option"
        aria-label={label}
        aria-selected={selected}
        transform={`translate(${x} ${y})`}
      >
        {slot !== undefined && !selected && (
          <circle class="map-ring" r={size + 3.5} style={{ stroke: `var(--series-${slot})` }} />
        )}
        {fresh ? (
          <circle class="map-node" r={size} style={{ fill: shade }} />
        ) : (
          <path
            class="map-node map-stale"
            d="M0-6L6 0L0 6L-6 0Z"
            transform={`scale(${size / 5})`}
          />
        )}
      </g>
    );
  },
);

/** The selected node's ring above all others, and its name on the side that has room. */
export function MapLabel(props: {
  readonly place: PlacedNode;
  readonly size: MapSize;
  readonly slot: number | undefined;
}) {
  const { place, size, slot } = props;
  const left = place.x > size.width / 2;
  const y = Math.min(size.height - 8, Math.max(16, place.y + 4));
  return (
    <>
      <circle
        class="map-ring"
        cx={place.x}
        cy={place.y}
        r="9.5"
        style={{ stroke: `var(--series-${slot ?? 0})` }}
      />
      <text
        class="map-label"
        x={place.x + (left ? -15 : 15)}
        y={y}
        text-anchor={left ? "end" : "start"}
      >
        {place.name}
      </text>
    </>
  );
}

/** A faint grid behind the nodes, at the round distance of the scale bar. */
export function MapGrid({ view, size }: { readonly view: MapView; readonly size: MapSize }) {
  return (
    <svg class="map-layer" width={size.width} height={size.height} aria-hidden="true">
      <path class="map-grid" d={gridPath(view, size, barOf(view, size).metres)} />
    </svg>
  );
}

/** What stands before the nodes: the scale bar, north, and the selected node's label. */
export function MapFront(props: {
  readonly view: MapView;
  readonly size: MapSize;
  readonly children: ComponentChildren;
}) {
  const { view, size, children } = props;
  const bar = barOf(view, size);
  const bottom = size.height - 14;
  return (
    <svg class="map-layer map-front" width={size.width} height={size.height} aria-hidden="true">
      <path class="map-bar" d={`M14 ${bottom - 6}V${bottom}H${14 + bar.pixels}V${bottom - 6}`} />
      <text class="map-scale" x={14 + bar.pixels / 2} y={bottom - 6} text-anchor="middle">
        {bar.label}
      </text>
      <path class="map-bar" d="M22 34V16M17 21l5-6l5 6" />
      <text class="map-scale" x="22" y="47" text-anchor="middle">
        N
      </text>
      {children}
    </svg>
  );
}

function barOf(view: MapView, size: MapSize): ScaleBar {
  return scaleBar(view.metresPerPixel, Math.min(140, size.width / 3));
}

function gridPath(view: MapView, size: MapSize, step: number): string {
  const pixels = step / view.metresPerPixel;
  const offset = (length: number, metres: number) => {
    const first = (length / 2 - metres / view.metresPerPixel) % pixels;
    return first < 0 ? first + pixels : first;
  };
  let path = "";
  for (let x = offset(size.width, view.east); x < size.width; x += pixels) {
    path += `M${x.toFixed(1)} 0V${size.height}`;
  }
  for (let y = offset(size.height, -view.north); y < size.height; y += pixels) {
    path += `M0 ${y.toFixed(1)}H${size.width}`;
  }
  return path;
}
