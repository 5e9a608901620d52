/** Longitude and latitude, WGS 84 degrees. */
export type Position = readonly [number, number];

/** Metres east and north of the plane's origin. */
export interface PlanePoint {
  readonly east: number;
  readonly north: number;
}

const METRES_PER_DEGREE = 111_320;

/**
 * A flat plane touching the Earth in the middle of the positions: right to a thousandth over a town.
 *
 * Longitudes are taken the short way round, so a street across the 180th meridian stays whole.
 */
export function planeOf(positions: readonly Position[]): (position: Position) => PlanePoint {
  const [firstLongitude = 0] = positions[0] ?? [];
  const near = (longitude: number) => shortWay(longitude - firstLongitude);
  const middleEast = middle(positions.map(([longitude]) => near(longitude)));
  const middleNorth = middle(positions.map(([, latitude]) => latitude));
  const shrink = Math.cos((middleNorth * Math.PI) / 180);
  return ([longitude, latitude]) => ({
    east: (near(longitude) - middleEast) * METRES_PER_DEGREE * shrink,
    north: (latitude - middleNorth) * METRES_PER_DEGREE,
  });
}

function shortWay(degrees: number): number {
  return ((((degrees + 180) % 360) + 360) % 360) - 180;
}

function middle(values: readonly number[]): number {
  if (values.length === 0) return 0;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return (least + most) / 2;
}
