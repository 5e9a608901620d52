import { expect, test } from "vitest";
import { formatPosition } from "./format-position.js";

test("a position has its latitude first, and no sign", () => {
  expect(formatPosition([-2.0946, 57.1437])).toBe("57.14370° N, 2.09460° W");
  expect(formatPosition([151.2, -33.86])).toBe("33.86000° S, 151.20000° E");
});
