import { niceBelow } from "../parts/nice-number.js";

/** A scale bar: a round length, and how long it is drawn. */
export interface ScaleBar {
  readonly metres: number;
  readonly pixels: number;
  /** Such as `200 m` or `5 km`. */
  readonly label: string;
}

/** The longest round length (1, 2 or 5 times ten) that fits into `mostPixels`. */
export function scaleBar(metresPerPixel: number, mostPixels: number): ScaleBar {
  const metres = niceBelow(metresPerPixel * mostPixels);
  return {
    metres,
    pixels: metres / metresPerPixel,
    label: metres >= 1000 ? `${metres / 1000} km` : `${Number(metres.toPrecision(1))} m`,
  };
}
