import { expect, test } from "vitest";
import { isNewer } from "./newest.js";

test("the later time is newer, and at one time the later key", () => {
  const at = (timeS: number, key: string) => ({ timeS, key });
  expect(isNewer(at(11, "1-1"), at(10, "9-9"))).toBe(true);
  expect(isNewer(at(10, "1-10"), at(10, "1-9"))).toBe(true);
  expect(isNewer(at(10, "2-0"), at(10, "1-9"))).toBe(true);
  expect(isNewer(at(10, "1-9-3"), at(10, "1-9-2"))).toBe(true);
  expect(isNewer(at(10, "1-9"), at(10, "1-9"))).toBe(false);
  expect(isNewer(at(9, "2-0"), at(10, "1-9"))).toBe(false);
});
