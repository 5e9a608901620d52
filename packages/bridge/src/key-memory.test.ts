import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KeyMemory } from "./key-memory.js";

const payload = Uint8Array.of(1, 2, 3);
const other = Uint8Array.of(1, 2, 4);

describe("KeyMemory", () => {
  test("tells new, duplicate and conflict apart", () => {
    const keys = new KeyMemory();
    expect(keys.look("lamp-12", 1, 7, payload)).toEqual({ kind: "new" });
    keys.remember("lamp-12", 1, 7, payload, 40);
    expect(keys.look("lamp-12", 1, 7, payload)).toEqual({ kind: "duplicate", position: 40 });
    expect(keys.look("lamp-12", 1, 7, other)).toEqual({ kind: "conflict" });
    expect(keys.look("lamp-12", 2, 7, payload)).toEqual({ kind: "new" });
    expect(keys.look("lamp-13", 1, 7, payload)).toEqual({ kind: "new" });
  });

  test("knows the latest keys of a node over the wrap of its sequence", () => {
    const keys = new KeyMemory({ keysPerStream: 64 });
    const start = 0xffffffff - 99;
    for (let i = 0; i < 200; i++) keys.remember("lamp", 1, (start + i) >>> 0, payload, i + 1);
    for (let i = 136; i < 200; i++) {
      expect(keys.look("lamp", 1, (start + i) >>> 0, payload)).toEqual({
        kind: "duplicate",
        position: i + 1,
      });
    }
    expect(keys.look("lamp", 1, start, payload)).toEqual({ kind: "new" });
  });

  test("forgets the node that was silent for longest, at its bound", () => {
    const keys = new KeyMemory({ maxStreams: 2 });
    keys.remember("a", 1, 1, payload, 1);
    keys.remember("b", 1, 1, payload, 2);
    keys.remember("a", 1, 2, payload, 3);
    keys.remember("c", 1, 1, payload, 4);
    expect(keys.look("b", 1, 1, payload)).toEqual({ kind: "new" });
    expect(keys.look("a", 1, 1, payload)).toEqual({ kind: "duplicate", position: 1 });
  });

  test("never calls a message new bytes a duplicate, whatever came before", () => {
    const message = fc.record({
      node: fc.constantFrom("a", "b"),
      boot: fc.constantFrom(0, 1),
      sequence: fc.oneof(fc.nat(40), fc.nat(0xffffffff)),
      byte: fc.constantFrom(1, 2),
    });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 200 }), (messages) => {
        const keys = new KeyMemory({ keysPerStream: 32, maxStreams: 3 });
        const kept = new Map<number, string>();
        messages.forEach(({ node, boot, sequence, byte }, index) => {
          const bytes = Uint8Array.of(byte);
          const name = `${node} ${boot} ${sequence}`;
          const answer = keys.look(node, boot, sequence, bytes);
          if (answer.kind === "duplicate") {
            expect(kept.get(answer.position)).toBe(`${name} ${byte}`);
          } else {
            keys.remember(node, boot, sequence, bytes, index + 1);
            kept.set(index + 1, `${name} ${byte}`);
          }
        });
      }),
    );
  });
});
