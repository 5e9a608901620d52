import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planeOf } from "./map-plane.js";
import { fitView, panView, toScreen, zoomView } from "./map-view.js";

const size = { width: 600, height: 400 };
const degrees = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const towns = fc
  .tuple(degrees(-180, 180), degrees(-70, 70))
  .chain(([longitude, latitude]) =>
    fc
      .array(fc.tuple(degrees(0, 0.1), degrees(0, 0.1)), { minLength: 1, maxLength: 20 })
      .map((offsets) =>
        offsets.map(([east, north]) => [longitude + east, latitude + north] as const),
      ),
  );

describe("the map", () => {
  test("a thousandth of a degree north is 111 m, and east is that times the cosine", () => {
    const toPlane = planeOf([
      [-2, 60],
      [-2.001, 60.002],
    ]);
    const south = toPlane([-2, 60]);
    const north = toPlane([-2.001, 60.002]);
    expect(north.north - south.north).toBeCloseTo(222.64, 2);
    expect(north.east - south.east).toBeCloseTo(-55.66, 1);
  });

  test("a street across the 180th meridian stays whole", () => {
    const toPlane = planeOf([
      [179.999, 0],
      [-179.999, 0],
    ]);
    expect(toPlane([-179.999, 0]).east - toPlane([179.999, 0]).east).toBeCloseTo(222.64, 2);
  });

  test("every node of a town stands inside the map, with its margin", () => {
    fc.assert(
      fc.property(towns, (positions) => {
        const points = positions.map(planeOf(positions));
        const view = fitView(points, size);
        for (const point of points) {
          const { x, y } = toScreen(view, size, point);
          expect(x).toBeGreaterThan(27.9);
          expect(x).toBeLessThan(572.1);
          expect(y).toBeGreaterThan(27.9);
          expect(y).toBeLessThan(372.1);
        }
      }),
    );
  });

  test("one node alone stands in the middle, with 60 m around it", () => {
    expect(fitView([{ east: 5, north: 7 }], size)).toEqual({
      east: 5,
      north: 7,
      metresPerPixel: 60 / (400 - 56),
    });
    expect(fitView([], size)).toEqual({ east: 0, north: 0, metresPerPixel: 60 / 344 });
  });

  test("zooming keeps the point under the pointer where it is", () => {
    const fitted = { east: 0, north: 0, metresPerPixel: 2 };
    const about = { east: 100, north: -50 };
    const nearer = zoomView(fitted, fitted, 2, about);
    expect(nearer).toEqual({ east: 50, north: -25, metresPerPixel: 1 });
    expect(toScreen(nearer, size, about)).toEqual(toScreen(fitted, size, about));
  });

  test("zooming stops at everything, and at 24 times nearer", () => {
    const fitted = { east: 3, north: 4, metresPerPixel: 2 };
    const moved = { east: 30, north: 40, metresPerPixel: 1 };
    expect(zoomView(moved, fitted, 0.25, moved)).toEqual(fitted);
    expect(zoomView(moved, fitted, 1000, moved)).toEqual({ ...moved, metresPerPixel: 2 / 24 });
  });

  test("dragging to the right shows what is west", () => {
    expect(panView({ east: 0, north: 0, metresPerPixel: 2 }, 10, 5)).toEqual({
      east: -20,
      north: 10,
      metresPerPixel: 2,
    });
  });
});
