import { expect, test } from "vitest";
import { readApproval } from "./read-approval.js";

test("a place is latitude, longitude, and may be left out", () => {
  expect(readApproval(" oak-12 ", "")).toEqual({ name: "oak-12" });
  expect(readApproval("oak-12", "57.1437, -2.0946")).toEqual({
    name: "oak-12",
    position: [-2.0946, 57.1437],
  });
  expect(readApproval("oak-12", "57.1437 -2.0946")).toMatchObject({ position: [-2.0946, 57.1437] });
});

test("what is wrong is said with what would be right", () => {
  expect(readApproval("  ", "")).toMatch(/^Give it a name/);
  for (const place of ["57.1437", "north, west", "91, 0", "0, 181", "1, 2, 3"]) {
    expect([place, readApproval("oak-12", place)]).toEqual([
      place,
      "Give the place as latitude, longitude in degrees, such as 57.1437, -2.0946.",
    ]);
  }
});
