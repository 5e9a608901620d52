import { expect, test } from "vitest";
import { answerTender } from "./answer-tender.js";

test("the street meets every row of the tender that software can meet", async () => {
  const told: string[] = [];
  const { compliance, catalogue } = await answerTender({
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
  expect(catalogue).toContain("dcat:Catalog");
  expect(told.length).toBeGreaterThan(2);
}, 90_000);
