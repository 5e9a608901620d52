import type { PlanePoint } from "./map-plane.js";

/** What part of the plane the map shows: its middle, and how many metres one pixel is. */
export interface MapView extends PlanePoint {
  readonly metresPerPixel: number;
}

/** The map's drawing area in CSS pixels. */
export interface MapSize {
  readonly width: number;
  readonly height: number;
}

/** A place on the screen, in CSS pixels from the map's top left corner. */
export interface ScreenPoint {
  readonly x: number;
  readonly y: number;
}

const LEAST_EXTENT_METRES = 60;
const PADDING = 28;
const MOST_ZOOM = 24;

/** The view that shows every point, with a margin. One point alone gets its surroundings. */
export function fitView(points: readonly PlanePoint[], size: MapSize): MapView {
  const east = extentOf(points.map((point) => point.east));
  const north = extentOf(points.map((point) => point.north));
  const room = (pixels: number) => Math.max(1, pixels - 2 * PADDING);
  return {
    east: east.middle,
    north: north.middle,
    metresPerPixel: Math.max(east.length / room(size.width), north.length / room(size.height)),
  };
}

function extentOf(values: readonly number[]): { middle: number; length: number } {
  if (values.length === 0) return { middle: 0, length: LEAST_EXTENT_METRES };
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  return { middle: (least + most) / 2, length: Math.max(most - least, LEAST_EXTENT_METRES) };
}

/** Where a point of the plane stands on the screen; north is up. */
export function toScreen(view: MapView, size: MapSize, point: PlanePoint): ScreenPoint {
  return {
    x: size.width / 2 + (point.east - view.east) / view.metresPerPixel,
    y: size.height / 2 - (point.north - view.north) / view.metresPerPixel,
  };
}

/** The view moved by what a pointer dragged, in pixels. */
export function panView(view: MapView, dx: number, dy: number): MapView {
  return {
    ...view,
    east: view.east - dx * view.metresPerPixel,
    north: view.north + dy * view.metresPerPixel,
  };
}

/**
 * The view nearer (`factor` above 1) or further, about a point that stays where it is.
 *
 * @param fitted - the view of everything: the map goes no further out, and at most 24 times nearer
 */
export function zoomView(
  view: MapView,
  fitted: MapView,
  factor: number,
  about: PlanePoint,
): MapView {
  const furthest = fitted.metresPerPixel;
  const wanted = view.metresPerPixel / factor;
  if (wanted >= furthest) return fitted;
  const metresPerPixel = Math.max(wanted, furthest / MOST_ZOOM);
  const share = metresPerPixel / view.metresPerPixel;
  return {
    east: about.east + (view.east - about.east) * share,
    north: about.north + (view.north - about.north) * share,
    metresPerPixel,
  };
}
