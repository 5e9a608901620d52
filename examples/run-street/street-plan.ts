/** Where a node stands and what its owner calls it. */
export interface Stand {
  /** The node's own id, as its firmware has it. */
  readonly nodeId: string;
  /** The owner's name for it, such as `harbour-street-12`. */
  readonly name: string;
  /** Longitude and latitude, WGS 84 degrees. */
  readonly position: readonly [number, number];
}

/** A way through the town: its corners in metres east and north of the market square. */
interface Way {
  readonly name: string;
  readonly corners: readonly (readonly [number, number])[];
}

/** The market square. The recording comes from Aberdeenshire; the town itself is made up. */
const SQUARE = { longitude: -2.0946, latitude: 57.1437 };
const METRES_PER_DEGREE = 111_320;

const ways: readonly Way[] = [
  {
    name: "market-street",
    corners: [
      [-520, -60],
      [-180, -20],
      [180, 15],
      [560, 70],
    ],
  },
  {
    name: "harbour-street",
    corners: [
      [60, -480],
      [40, -160],
      [-10, 140],
      [-40, 470],
    ],
  },
  {
    name: "castle-road",
    corners: [
      [-430, 330],
      [-190, 210],
      [60, 190],
      [330, 260],
    ],
  },
  {
    name: "mill-lane",
    corners: [
      [-380, -330],
      [-140, -230],
      [140, -215],
      [420, -290],
    ],
  },
  {
    name: "school-road",
    corners: [
      [-300, 290],
      [-290, 60],
      [-250, -140],
      [-260, -330],
    ],
  },
  {
    name: "station-road",
    corners: [
      [310, 330],
      [300, 90],
      [330, -130],
      [290, -350],
    ],
  },
  {
    name: "river-walk",
    corners: [
      [-560, -420],
      [-220, -400],
      [120, -440],
      [520, -390],
    ],
  },
  {
    name: "hill-terrace",
    corners: [
      [-200, 420],
      [20, 400],
      [210, 440],
    ],
  },
];

/** The same `count` stands at each call, along the ways of a small town. */
export function planStreet(count: number): Stand[] {
  const lengths = ways.map((way) => lengthOf(way.corners));
  const whole = lengths.reduce((sum, length) => sum + length, 0);
  const stands: Stand[] = [];
  ways.forEach((way, index) => {
    const before = lengths.slice(0, index).reduce((sum, length) => sum + length, 0);
    const first = Math.round((before / whole) * count);
    const last = Math.round(((before + (lengths[index] ?? 0)) / whole) * count);
    for (let i = first; i < last; i++) {
      const [east, north] = pointAlong(way.corners, (i - first + 0.5) / (last - first));
      // Even house numbers stand on one side of the road, odd ones on the other.
      const side = i % 2 === 0 ? 7 : -7;
      stands.push({
        nodeId: `air-${String(i + 1).padStart(4, "0")}`,
        name: `${way.name}-${i - first + 1}`,
        position: toDegrees(east + side, north - side),
      });
    }
  });
  return stands;
}

function lengthOf(corners: Way["corners"]): number {
  let length = 0;
  for (const [from, to] of segmentsOf(corners))
    length += Math.hypot(to[0] - from[0], to[1] - from[1]);
  return length;
}

function pointAlong(corners: Way["corners"], share: number): readonly [number, number] {
  let left = share * lengthOf(corners);
  for (const [from, to] of segmentsOf(corners)) {
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    if (left <= length) {
      const part = left / length;
      return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
    }
    left -= length;
  }
  return corners.at(-1) ?? [0, 0];
}

function segmentsOf(corners: Way["corners"]) {
  return corners.slice(1).map((to, index) => [corners[index] ?? to, to] as const);
}

function toDegrees(east: number, north: number): readonly [number, number] {
  const latitude = SQUARE.latitude + north / METRES_PER_DEGREE;
  const shrink = Math.cos((SQUARE.latitude * Math.PI) / 180);
  const longitude = SQUARE.longitude + east / (METRES_PER_DEGREE * shrink);
  return [Number(longitude.toFixed(6)), Number(latitude.toFixed(6))];
}
