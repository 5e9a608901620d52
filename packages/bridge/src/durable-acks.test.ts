import { expect, test } from "vitest";
import { DurableAcks } from "./durable-acks.js";

test("an acknowledgement waits for the disk, also that of a message that came twice", () => {
  const acks = new DurableAcks(10);
  const kept: string[] = [];
  acks.wait(10, () => kept.push("old"));
  acks.wait(11, () => kept.push("a"));
  acks.wait(13, () => kept.push("c"));
  acks.wait(11, () => kept.push("a again"));
  expect(kept).toEqual(["old"]);
  acks.settle(12);
  expect(kept).toEqual(["old", "a", "a again"]);
  acks.settle(12);
  acks.settle(20);
  expect(kept).toEqual(["old", "a", "a again", "c"]);
  expect(acks.size).toBe(0);
});
