import { styleText } from "node:util";
import { expect, test } from "vitest";
import { formatTable } from "./format-table.js";

test("columns are as wide as their longest cell, and end without spaces", () => {
  const columns = [{ title: "field" }, { title: "bits", align: "right" }, { title: "" }] as const;
  const rows = [["pm25", "14", "µg/m³"], ["temperature", "7"], []];
  expect(formatTable(columns, rows)).toEqual([
    "field        bits",
    "pm25           14  µg/m³",
    "temperature     7",
    "",
  ]);
});

test("a colour takes no room, and columns without titles have no header", () => {
  const red = styleText("red", "ab", { validateStream: false });
  const rows = [
    [red, "1"],
    ["abc", "2"],
  ];
  expect(formatTable([{ title: "" }, { title: "" }], rows)).toEqual([`${red}   1`, "abc  2"]);
});
