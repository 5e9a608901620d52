import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatFrame } from "./frame-header.js";
import { bytesOf } from "./testing/messages.js";
import { SimulatedStreet } from "./testing/simulated-street.js";

const frame = fc
  .record({
    type: fc.integer({ min: 0, max: 15 }),
    flags: fc.integer({ min: 0, max: 15 }),
    seq: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 0xffff })),
    body: fc.uint8Array({ maxLength: 40 }),
  })
  .map(({ type, flags, seq, body }) => formatFrame(type, flags, seq, body));

describe("a link that is sent frames which make no sense", () => {
  test("throws nothing, and gets back to work", () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 30 }), (frames) => {
        const street = new SimulatedStreet({ node: { boot: 7 } });
        street.time.run(50);
        for (const each of frames) {
          street.node.receive(each);
          street.host.receive(each);
          street.time.run(3);
        }
        street.time.run(20_000);
        street.delivered.length = 0;
        street.unplug();
        street.restartNode({ boot: 4000, life: 4000 });
        street.plug();
        street.node.offer(bytesOf("still here"));
        street.drain(20_000);
        expect(street.delivered.map(({ text }) => text)).toEqual(["still here"]);
      }),
      { numRuns: 300 },
    );
  });

  test("counts frames of unknown types and bodies that are none, and ignores them", () => {
    const street = new SimulatedStreet({ node: { boot: 7 } });
    street.time.run(50);
    for (const half of [street.node, street.host]) {
      for (const type of [0, 12, 15]) half.receive(formatFrame(type, 0, 0));
      half.receive(Uint8Array.of(0, 1, 2, 3, 0));
    }
    street.node.receive(formatFrame(4, 0, 0));
    street.host.receive(formatFrame(1, 0, 0, Uint8Array.of(1, 2)));
    expect(street.node.stats()).toMatchObject({
      state: "session",
      unknownFrames: 3,
      badFrames: 1,
      malformedFrames: 1,
    });
    expect(street.host.stats()).toMatchObject({
      unknownFrames: 3,
      badFrames: 1,
      malformedFrames: 1,
    });
  });

  test("a node whose host speaks another version asks on, more slowly, and says so once", () => {
    const street = new SimulatedStreet({ node: { boot: 7 } });
    street.host.lineDown();
    for (let round = 0; round < 3; round++) {
      street.node.receive(formatFrame(5, 0, 0, Uint8Array.of(2)));
      street.time.run(15_000);
    }
    expect(street.nodeEvents).toEqual([{ kind: "incompatible" }]);
    expect(street.node.stats().hellosSent).toBeLessThan(8);
    street.host.lineUp();
    street.time.run(15_000);
    expect(street.node.stats().state).toBe("session");
  });

  test("a host refuses a HELLO of another version", () => {
    const street = new SimulatedStreet({ node: { boot: 7 } });
    street.time.run(50);
    street.host.receive(formatFrame(1, 0, 0, Uint8Array.of(9)));
    expect(street.hostEvents).toContainEqual({ kind: "incompatible", version: 9 });
  });
});
