import { expect, test } from "vitest";
import { keptMemory } from "./kept-memory.js";

test("holds a name, and no start yet", () => {
  const memory = keptMemory("air-7");
  expect([...memory.subarray(0, 9)]).toEqual([255, 255, 5, ...Buffer.from("air-7"), 255]);
  expect(memory).toHaveLength(1024);
});

test.each(["", "a-name-of-18-bytes"])("refuses the name '%s'", (id) => {
  expect(() => keptMemory(id)).toThrow("1 to 17 bytes");
});
