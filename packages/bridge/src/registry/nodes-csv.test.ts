import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readNodesFile } from "../config/read-config.js";
import { formatNodesCsv, parseNodesCsv } from "./nodes-csv.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-csv-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const nodes = {
  "lamp-12": {
    name: "oak-street-12",
    schemas: ["street-air", "node-health"],
    position: [23.32, 42.69],
    heightM: 3.5,
    installed: "2026-04-01",
    removed: "2026-05-01T08:00:00Z",
    calibration: {
      pm25: [
        { gain: 0.93, offset: 0 },
        { gain: 0.95, offset: 0.2, validFrom: "2026-05-01" },
      ],
    },
    tags: ["school", 'the "old" one, near the corner'],
  },
  "lamp-13": {},
} as const;

test("a registry goes to CSV and comes back", () => {
  const text = formatNodesCsv(nodes);
  expect(text.split("\n")[0]).toBe(
    "id,name,schemas,longitude,latitude,heightM,installed,removed,calibration,tags",
  );
  expect(parseNodesCsv(text)).toMatchObject({ nodes });
});

test("what entities say beside readings is JSON in a column of its own", () => {
  const entities = { ParkingSpot: { name: 'A "13"', category: ["onStreet"] } };
  const text = formatNodesCsv({ spot: { entities } });
  expect(text.split("\n")[0]).toMatch(/,tags,entities$/);
  expect(parseNodesCsv(text)).toMatchObject({ nodes: { spot: { entities } } });
  expect(parseNodesCsv("id,entities\nspot,{ParkingSpot}\n")).toMatchObject({
    faults: [{ line: 2, message: expect.stringContaining("is not JSON") }],
  });
});

test("a spreadsheet's file with some columns, in any order, is a registry", () => {
  const path = join(folder, "nodes.csv");
  writeFileSync(path, "\uFEFFname , id\r\noak-street-12,lamp-12\r\n\r\n");
  expect(readNodesFile(path)).toEqual({
    "lamp-12": { name: "oak-street-12", calibration: {}, tags: [] },
  });
});

test.each([
  ["id,nmae\na,b\n", ':1 "nmae" is no column; there are id, name,'],
  ["id,name\na,b\n,c\n", ":3 id is missing"],
  ["id\na\na\n", ":3 a is there already, in line 2"],
  ["id,longitude,latitude\na,23.3,\n", ":2 longitude and latitude go together"],
  ["id,longitude,latitude\na,23.3,north\n", ':2 latitude: "north" is not a number'],
  ["id,calibration\na,pm25\n", ':2 calibration: "pm25" is not "field gain offset"'],
  ["id,name\na,b,c\n", ":2 Invalid Record Length"],
  ["id,longitude,latitude\na,200,1\n", ":2 a.position[0]: must be <= 180"],
  ["id,installed\na,1.5.2026\n", ":2 a.installed: must match pattern"],
])("%j is refused with its line", (text, message) => {
  const path = join(folder, "nodes.csv");
  writeFileSync(path, text);
  expect(() => readNodesFile(path)).toThrow(`${path}${message}`);
});
