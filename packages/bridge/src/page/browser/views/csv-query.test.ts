import { expect, test } from "vitest";
import { csvQuery, type DownloadWish } from "./csv-query.js";

const NOW_MS = Date.parse("2026-11-24T12:00:00.000Z");
const wish: DownloadWish = { node: "lamp-1", field: "", span: "all", from: "", to: "" };

test("a span back from now has a beginning and no end", () => {
  expect(csvQuery({ ...wish, span: "day", field: "pm25" }, NOW_MS)).toEqual({
    node: "lamp-1",
    field: "pm25",
    from: "2026-11-23T12:00:00.000Z",
  });
  expect(csvQuery(wish, NOW_MS)).toEqual({ node: "lamp-1" });
});

test("a range is by the reader's clock, and may be open", () => {
  const range = {
    ...wish,
    span: "range" as const,
    from: "2026-11-24T09:00",
    to: "2026-11-24T10:00",
  };
  expect(csvQuery(range, NOW_MS)).toEqual({
    node: "lamp-1",
    from: new Date(2026, 10, 24, 9).toISOString(),
    to: new Date(2026, 10, 24, 10).toISOString(),
  });
  expect(csvQuery({ ...range, to: "" }, NOW_MS)).toEqual({
    node: "lamp-1",
    from: new Date(2026, 10, 24, 9).toISOString(),
  });
  expect(csvQuery({ ...range, to: "2026-11-24T08:00" }, NOW_MS)).toBeUndefined();
});
