import { expect, test } from "vitest";
import { pms5003Message } from "./pms5003.js";

test("the frame of the data manual: start, length, masses twice, numbers, checksum", () => {
  const message = pms5003Message({ pm1: 7, pm25: 12.4, pm10: 300 });
  expect(message).toHaveLength(32);
  const view = new DataView(message.buffer);
  const words = Array.from({ length: 16 }, (_, i) => view.getUint16(2 * i));
  expect(words.slice(0, 8)).toEqual([0x424d, 28, 7, 12, 300, 7, 12, 300]);
  const numbers = words.slice(8, 14);
  expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
  const sum = message.subarray(0, 30).reduce((total, byte) => total + byte, 0);
  expect(words[15]).toBe(sum);
  expect(new DataView(pms5003Message({ pm1: -1, pm25: 0, pm10: 1e9 }).buffer).getUint16(8)).toBe(
    0xffff,
  );
});
