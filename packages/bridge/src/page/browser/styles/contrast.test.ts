import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const text = readFileSync(new URL("./colours.css", import.meta.url), "utf8");
const [light = "", dark = ""] = text.split("@media (prefers-color-scheme: dark)");
const surfaces = ["ground", "surface", "sunken", "accent-soft", "warn-soft", "bad-soft"];

/** The colours of one scheme, by name: three parts from 0 to 255. */
function coloursOf(css: string): Record<string, readonly number[]> {
  const found = css.matchAll(/--([a-z0-9-]+):\s*#([0-9a-f]{6});/g);
  return Object.fromEntries(
    [...found].map(([, name, hex]) => [
      name,
      [0, 2, 4].map((at) => Number.parseInt(hex?.slice(at, at + 2) ?? "", 16)),
    ]),
  );
}

/** WCAG 2.2, "contrast ratio" and "relative luminance". */
function contrast(one: readonly number[] = [], other: readonly number[] = []): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function luminance(colour: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe.each([
  ["light", coloursOf(light)],
  ["dark", coloursOf(dark)],
])("in the %s scheme", (_, colours) => {
  test.each(["text", "muted"])("%s is readable on every ground (AA, 4.5)", (name) => {
    for (const surface of surfaces) {
      expect(contrast(colours[name], colours[surface]), surface).toBeGreaterThanOrEqual(4.5);
    }
  });

  test.each(["accent", "warn", "bad"])("%s is readable as text (AA, 4.5)", (name) => {
    for (const surface of ["surface", `${name}-soft`]) {
      expect(contrast(colours[name], colours[surface]), surface).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(colours["on-accent"], colours.accent)).toBeGreaterThanOrEqual(4.5);
  });

  test("edges and lines that mean something stand out (AA, 3)", () => {
    for (const name of ["edge", ...[0, 1, 2, 3, 4, 5].map((slot) => `series-${slot}`)]) {
      expect(contrast(colours[name], colours.surface), name).toBeGreaterThanOrEqual(3);
    }
  });

  test("both schemes name the same colours", () => {
    expect(Object.keys(colours)).toEqual(Object.keys(coloursOf(light)));
  });
});
