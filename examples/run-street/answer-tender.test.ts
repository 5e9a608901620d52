import { expect, test } from "vitest";
import { answerTender } from "./answer-tender.js";

test("the street meets every row of the tender that software can meet", async () => {
  const told: string[] = [];
  const { compliance, besides, catalogue } = await answerTender({
    port: 18_180,
    tell: (line) => told.push(line),
  });
  const rows = new Map(compliance.rows.map((row) => [row.id, row]));
  const other = compliance.rows.filter(({ verdict }) => verdict !== "met").map(({ id }) => id);
  // Nothing goes beyond the models, and an organisation's certificate is the organisation's.
  expect(other).toEqual(["2.3", "6.4"]);
  expect(rows.get("6.2")?.answer).toBe("E");
  expect([...rows.keys()].map((id) => id.split(".")[0])).toEqual(
    expect.arrayContaining(["0", "1", "2", "3", "6", "7"]),
  );
  for (const { verdict, evidence } of compliance.rows) {
    if (verdict === "met") for (const { seen } of evidence) expect(seen).not.toBe("");
  }
  // Nothing that it measures concerns persons, and nothing is made.
  expect(besides.rows.map(({ id, verdict }) => [id, verdict])).toEqual([
    ["4.1", "not applicable"],
    ["4.2", "not checked"],
    ["5.1", "not applicable"],
    ["10.1", "met"],
  ]);
  expect(catalogue).toContain("dcat:Catalog");
  expect(told.length).toBeGreaterThan(2);
}, 90_000);
