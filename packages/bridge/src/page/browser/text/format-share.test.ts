import { expect, test } from "vitest";
import { formatShare } from "./format-share.js";

test("a share is percent, and a little is not nothing", () => {
  expect([0, 0.0004, 0.0123, 0.5, 1].map(formatShare)).toEqual([
    "0 %",
    "< 0.1 %",
    "1.2 %",
    "50 %",
    "100 %",
  ]);
});
