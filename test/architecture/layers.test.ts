import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { allowedArrows, findWrongArrows, readSources } from "./layers.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("the layers", () => {
  test("hold in every package", () => {
    expect(findWrongArrows(readSources(root))).toEqual([]);
  });

  test("have a row for every package, and no row without one", () => {
    const packages = new Set(readSources(root).map((file) => file.package));
    expect(Object.keys(allowedArrows).filter((name) => !packages.has(name))).toEqual([]);
  });

  test("have no arrow that goes round", () => {
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
      if (seen.has(from)) return false;
      seen.add(from);
      const next = allowedArrows[from] ?? [];
      return next.includes(to) || next.some((name) => reaches(name, to, seen));
    };
    expect(Object.keys(allowedArrows).filter((name) => reaches(name, name))).toEqual([]);
  });
});

describe("findWrongArrows", () => {
  const planted = (name: string, text: string) =>
    findWrongArrows([{ package: name, path: "x.ts", text }]);

  test("finds a planted arrow upwards", () => {
    expect(planted("frame", 'import { Bridge } from "@bollard/bridge";')).toEqual([
      "frame/src/x.ts imports bridge",
    ]);
  });

  test("finds it in a re-export, a side effect and a dynamic import", () => {
    for (const text of [
      'export { append } from "@bollard/spool";',
      'import "@bollard/spool";',
      'const spool = await import("@bollard/spool");',
      'import {\n  type Spool,\n} from "@bollard/spool/testing";',
    ]) {
      expect(planted("senml", text)).toEqual(["senml/src/x.ts imports spool"]);
    }
  });

  test("keeps serial ports and MQTT to those who own them", () => {
    expect(planted("link", 'import { SerialPort } from "serialport";')).toEqual([
      "link/src/x.ts imports serialport",
    ]);
  });

  test("keeps Node out of a door that must open without it", () => {
    expect(planted("payload", 'import { readFileSync } from "node:fs";')).toEqual([
      "payload/src/x.ts imports node:fs, and its door must open without Node",
    ]);
  });

  test("names a package that has no row", () => {
    expect(planted("surprise", "")).toEqual(["surprise has no row in the table"]);
  });
});
