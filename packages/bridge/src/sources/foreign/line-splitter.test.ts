import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineSplitter } from "./line-splitter.js";

const bytesOf = (text: string) => new TextEncoder().encode(text);

function split(text: string, cuts: readonly number[] = [], max = 100): string[] {
  const splitter = new LineSplitter(max);
  const bytes = bytesOf(text);
  const events = [0, ...cuts].flatMap((from, index) =>
    splitter.push(bytes.subarray(from, cuts[index] ?? bytes.length)),
  );
  return events.map((event) =>
    event.kind === "line" ? new TextDecoder().decode(event.bytes) : `${event.bytes} bytes`,
  );
}

describe("LineSplitter", () => {
  test("takes every kind of end of a line, and passes over empty ones", () => {
    expect(split("a\nb\r\nc\rd\n\n\ne")).toEqual(["a", "b", "c", "d"]);
  });

  test("finds a line cut at any byte", () => {
    const text = '{"t":21.5}\r\n{"t":21.6}\r\n';
    for (let cut = 0; cut <= text.length; cut++) {
      expect(split(text, [cut])).toEqual(['{"t":21.5}', '{"t":21.6}']);
    }
  });

  test("tells of a line that is too long and goes on with the next", () => {
    expect(split("12345\n123456\n12345\n", [], 5)).toEqual(["12345", "6 bytes", "12345"]);
  });

  test("gives back whatever lines there are, however they are cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[ -~]{1,20}$/), { maxLength: 20 }),
        fc.array(fc.nat(400), { maxLength: 5 }),
        (lines, cuts) => {
          const text = lines.map((line) => `${line}\n`).join("");
          const sorted = cuts.filter((cut) => cut < text.length).sort((a, b) => a - b);
          expect(split(text, sorted)).toEqual(lines);
        },
      ),
    );
  });
});
