import { useMemo, useState } from "preact/hooks";
import type { NodeView } from "../../api-types.js";
import { type Position, planeOf } from "./map-plane.js";
import { fitView, type MapSize, type MapView, panView, toScreen, zoomView } from "./map-view.js";
import type { PlacedNode } from "./nearest-node.js";

/** A map's view, what it shows, and how to move it. */
export interface MapViewer {
  readonly view: MapView;
  readonly placed: readonly PlacedNode[];
  readonly zoomed: boolean;
  zoom(factor: number, about?: PlacedNode): void;
  pan(dx: number, dy: number): void;
  /** Brings a node into view where it stands outside. */
  reveal(node: PlacedNode): void;
  showAll(): void;
}

/** Keeps the part of the map that is shown; the whole street until the reader zooms in. */
export function useMapView(nodes: readonly NodeView[], size: MapSize): MapViewer {
  const [chosen, choose] = useState<MapView>();
  const positioned = nodes.flatMap(({ name, position }) => (position ? [{ name, position }] : []));
  const places = positioned.map(({ name, position }) => `${name}@${position}`).join("\n");
  // Readings change all the time and positions hardly ever: only these call for a new plane.
  const onPlane = useMemo(() => {
    const toPlane = planeOf(positioned.map(({ position }): Position => position));
    return positioned.map(({ name, position }) => ({ name, ...toPlane(position) }));
  }, [places]);
  const fitted = useMemo(() => fitView(onPlane, size), [onPlane, size]);
  const view = chosen ?? fitted;
  const placed = useMemo(
    () => onPlane.map((point) => ({ name: point.name, ...toScreen(view, size, point) })),
    [onPlane, view, size],
  );
  const pointOf = (node: PlacedNode) => onPlane.find(({ name }) => name === node.name);
  return {
    view,
    placed,
    zoomed: chosen !== undefined,
    zoom: (factor, about) => {
      const next = zoomView(view, fitted, factor, (about && pointOf(about)) ?? view);
      choose(next === fitted ? undefined : next);
    },
    pan: (dx, dy) => choose(panView(view, dx, dy)),
    reveal: (node) => {
      const inside =
        node.x > 8 && node.x < size.width - 8 && node.y > 8 && node.y < size.height - 8;
      const point = pointOf(node);
      if (chosen && point && !inside) choose({ ...chosen, east: point.east, north: point.north });
    },
    showAll: () => choose(undefined),
  };
}
