import { expect, test } from "vitest";
import { isPicked } from "./pick.js";

test.each([0, 0.01, 0.25, 0.5, 1])("picks a share of %d, to one in a hundred", (share) => {
  const picked = Array.from({ length: 1000 }, (_, index) => index).filter((index) =>
    isPicked(index, share),
  );
  expect(Math.abs(picked.length - share * 1000)).toBeLessThanOrEqual(10);
});
