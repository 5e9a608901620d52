import { expect, test } from "vitest";
import { sds011Message } from "./sds011.js";

test("the message of the data sheet: head, values by 0.1 from their low byte, id, sum, tail", () => {
  const message = sds011Message(123.6, 261.8);
  expect(Buffer.from(message).toString("hex")).toBe("aac0d4043a0aab1be2ab");
  expect([...sds011Message(-1, 5000)].slice(2, 6)).toEqual([0, 0, 0x0f, 0x27]);
});
