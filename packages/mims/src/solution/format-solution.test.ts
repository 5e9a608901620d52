import { describe, expect, test } from "vitest";
import type { Compliance } from "../run-checks.js";
import { formatSolution } from "./format-solution.js";
import type { Solution } from "./solution.js";

const solution: Solution = {
  title: "Air, street by street",
  challenge: "One station\nfor a whole town.",
  description: "Twenty sensors.",
  cities: [{ name: "Example", country: "Denmark", population: 43_000 }],
  period: { from: "2026-09" },
  results: ["A road is | closed."],
  costs: [
    { what: "sensors | mounting", amount: 9400, currency: "EUR" },
    { what: "care", amount: 1200, currency: "EUR", each: "year" },
  ],
  ...{ businessModel: "The town owns it.", impact: "People see it." },
  ...{ standards: ["NGSI-LD"], models: ["AirQualityObserved"], broker: 'Scorpio "5"' },
  ...{ licence: "Apache-2.0", dataLicence: "https://creativecommons.org/licenses/by/4.0/" },
  contacts: [{ name: "Office", role: "owner", mail: "data@city.example" }],
  links: [{ title: "Map", url: "https://street.city.example" }],
};
const row = (id: string, answer: "M" | "E" | "N" | "") => ({
  ...{ id, label: `Row ${id}`, refs: [], answer, evidence: [] },
  verdict: answer === "" ? ("not checked" as const) : ("met" as const),
});
const evidence: Compliance = {
  ...{ edition: "9.0", checkedAt: "2026-11-26T10:00:00.000Z", deployment: "x", entityIds: [] },
  rows: [row("2.1", "M"), row("2.4", "N"), row("6.4", "")],
};
const headings = (page: string) => page.split("\n").filter((line) => line.startsWith("#"));

describe("a solution", () => {
  test("for the City x City Catalogue, with what was seen in the place of a claim", () => {
    const page = formatSolution("city-x-city", solution, evidence);
    expect(headings(page)).toEqual([
      ...["# Air, street by street", "## Challenge", "## Solution", "## Cities", "## Period"],
      ...["## Results", "## Costs", "## Minimal Interoperability Mechanisms", "## Standards"],
      ...["## Licences", "## Contacts", "## Links"],
    ]);
    expect(page).toContain("- Example, Denmark (43,000 inhabitants)");
    expect(page).toContain("| sensors \\| mounting | 9,400 EUR | once |");
    expect(page).toContain("| care | 1,200 EUR | each year |");
    expect(page).toContain("edition 9.0, looked at on 2026-11-26");
    expect(page).toContain("| 2.4 | Row 2.4 | N |");
    expect(page).toContain("1 more rows do not apply");
    expect(page).not.toContain("6.4");
  });

  test("for the Tech4Good Marketplace: impact and business model", () => {
    const page = formatSolution("tech4good", solution);
    expect(headings(page)).toContain("## Business model");
    expect(page).toContain("People see it.\n\n- A road is | closed.");
    const { businessModel: _, ...without } = solution;
    expect(headings(formatSolution("tech4good", without))).not.toContain("## Business model");
    expect(page).not.toContain("MIMs Plus");
  });

  test("for the FIWARE Marketplace: a figure, the models, and what of its checklist is there", () => {
    const page = formatSolution("fiware-marketplace", solution, evidence);
    expect(page).toContain(`broker["Scorpio '5'"]`);
    expect(page).toContain("NGSI-LD: AirQualityObserved");
    expect(page).toContain("- [x] They are Smart Data Models");
    expect(page).toContain("- [ ] Entities pass their models (row 2.4)");
    const { broker: _, ...without } = solution;
    expect(formatSolution("fiware-marketplace", without)).toContain("- [ ] The context broker");
    expect(formatSolution("fiware-marketplace", solution)).toContain("- [ ] They are Smart");
  });
});
