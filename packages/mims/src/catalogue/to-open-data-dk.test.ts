import { expect, test } from "vitest";
import { toOpenDataDk } from "./to-open-data-dk.js";

/** Members that Project Open Data v1.1 requires of a dataset which is no federal one. */
const REQUIRED = [
  ...["title", "description", "keyword", "modified", "publisher", "contactPoint"],
  ...["identifier", "accessLevel"],
];

test("a dataset for each type, with what the schema requires, and its forms to download", () => {
  const catalogue = toOpenDataDk(
    {
      address: "https://street.city.example/",
      datasets: [{ type: "AirQualityObserved", contexts: [], attributes: ["pm25", "pm10"] }],
      box: [23.3, 42.6, 23.4, 42.7],
      reportIntervalS: 148,
      madeAt: "2026-09-01T10:05:00.000Z",
    },
    {
      publisher: "Byen",
      publisherUri: "https://byen.example",
      contact: "data@byen.example",
      licence: "https://creativecommons.org/licenses/by/4.0/",
      language: "da",
    },
  ) as { conformsTo: string; dataset: Record<string, unknown>[] };
  expect(catalogue.conformsTo).toBe("https://project-open-data.cio.gov/v1.1/schema");
  const [dataset = {}] = catalogue.dataset;
  for (const name of REQUIRED) expect(dataset).toHaveProperty(name);
  expect(dataset).toMatchObject({
    keyword: ["AirQualityObserved", "pm25", "pm10"],
    contactPoint: { hasEmail: "mailto:data@byen.example" },
    spatial: "23.3,42.6,23.4,42.7",
    accrualPeriodicity: "R/PT148S",
    language: ["da"],
  });
  const urls = (dataset.distribution as { downloadURL: string }[]).map((one) => one.downloadURL);
  expect(urls).toEqual(
    ["jsonld", "geojson", "csv"].map(
      (form) => `https://street.city.example/v1/entities?type=AirQualityObserved&format=${form}`,
    ),
  );
});
