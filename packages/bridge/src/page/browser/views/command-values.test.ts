import { expect, test } from "vitest";
import type { CommandFieldView } from "../../detail-types.js";
import { readValues } from "./command-values.js";

function field(kind: CommandFieldView["kind"], more: Partial<CommandFieldView> = {}) {
  return { name: "x", title: "X", unit: "", kind, optional: false, ...more } as CommandFieldView;
}

const level = field("quantity", { min: 0, max: 100, step: 5, unit: "%" });

test.each([
  [level, "40", 40],
  [field("counter", { min: 0, max: 255, step: 1 }), "255", 255],
  [field("boolean"), "no", false],
  [field("enum", { words: ["slow", "fast"] }), "fast", "fast"],
  [field("flags", { words: ["a", "b", "c"] }), "a, c", ["a", "c"]],
  [field("flags", { words: ["a", "b"] }), "", []],
  [field("position"), "57.1, -2.1", { latitude: 57.1, longitude: -2.1 }],
  [field("text", { length: 5 }), " hé! ", "hé!"],
  [field("bytes", { length: 2 }), "0aFF", "0aFF"],
  [field("array", { length: 2, min: 0, max: 9 }), "1 2", [1, 2]],
])("a field of %o takes %s", (one, text, value) => {
  expect(readValues({ fields: [one] }, { x: text })).toEqual({ x: value });
});

test.each([
  [level, "101", "X: from 0 to 100 % in steps of 5"],
  [level, "", "X: from 0 to 100 % in steps of 5"],
  [field("boolean"), "maybe", "X: yes or no"],
  [field("enum", { words: ["slow", "fast"] }), "", "X: one of slow, fast"],
  [field("flags", { words: ["a"] }), "z", "X: any of a, or nothing"],
  [field("text", { length: 2 }), "hé!", "X: 1 to 2 bytes of text"],
  [field("bytes", { length: 2 }), "abc", "X: up to 2 bytes in hexadecimal, such as 0aff"],
  [field("array", { length: 2, min: 0, max: 9 }), "1", "X: 2 numbers from 0 to 9, such as 1, 2"],
  [field("position"), "north", "X: latitude, longitude in degrees, such as 57.1437, -2.0946"],
])("a field of %o does not take %j", (one, text, mistake) => {
  expect(readValues({ fields: [one] }, { x: text })).toBe(mistake);
});

test("what is optional may be left out", () => {
  expect(readValues({ fields: [{ ...level, optional: true }] }, {})).toEqual({});
});
