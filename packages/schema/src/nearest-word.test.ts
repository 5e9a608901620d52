import { expect, test } from "vitest";
import { nearestWord } from "./nearest-word.js";

const keys = ["name", "unit", "min", "max", "resolution", "optional", "outOfRange"];

test.each([
  ["resoluton", "resolution"],
  ["resolutoin", "resolution"],
  ["Unit", "unit"],
  ["mim", "min"],
  ["outofrange", "outOfRange"],
  ["opt", "optional"],
  ["colour", undefined],
  ["x", undefined],
  ["", undefined],
])("%j was most likely %j", (word, meant) => {
  expect(nearestWord(word, keys)).toBe(meant);
});
