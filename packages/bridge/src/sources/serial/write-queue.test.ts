import { describe, expect, test } from "vitest";
import { WriteQueue } from "./write-queue.js";

function slowPort() {
  const written: string[] = [];
  const waiting: ((error?: Error) => void)[] = [];
  return {
    written,
    finish: (error?: Error) => waiting.shift()?.(error),
    write: (bytes: Uint8Array, done: (error?: Error) => void) => {
      written.push(Buffer.from(bytes).toString());
      waiting.push(done);
    },
  };
}

describe("WriteQueue", () => {
  test("writes one piece after the other", () => {
    const port = slowPort();
    const queue = new WriteQueue({ write: port.write, maxBytes: 100 });
    for (const piece of ["one", "two", "three"]) queue.push(Buffer.from(piece));
    expect(port.written).toEqual(["one"]);
    port.finish();
    expect(port.written).toEqual(["one", "two"]);
    port.finish(new Error("EIO"));
    port.finish();
    expect(port.written).toEqual(["one", "two", "three"]);
    expect([queue.bytes, queue.errors, queue.dropped]).toEqual([0, 1, 0]);
  });

  test("drops and counts what does not fit", () => {
    const port = slowPort();
    const queue = new WriteQueue({ write: port.write, maxBytes: 8 });
    for (const piece of ["12345", "1234", "123"]) queue.push(Buffer.from(piece));
    expect([queue.bytes, queue.dropped]).toEqual([8, 1]);
    port.finish();
    expect(port.written).toEqual(["12345", "123"]);
  });

  test("keeps a copy, and forgets what waits when the port is gone", () => {
    const port = slowPort();
    const queue = new WriteQueue({ write: port.write, maxBytes: 100 });
    const buffer = Buffer.from("one");
    queue.push(buffer);
    queue.push(buffer);
    buffer.fill("x");
    queue.clear();
    expect(queue.bytes).toBe(3);
    port.finish();
    expect(port.written).toEqual(["one"]);
    expect(queue.bytes).toBe(0);
  });
});
