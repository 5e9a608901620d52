import { expect, test } from "vitest";
import { toFacilities } from "./to-facilities.js";

const options = {
  ...{ namespace: "https://city.example/id/emf/", responsibleParty: "City of Example" },
  contact: "data@city.example",
};
const observedAt = "2026-09-01T10:00:00.000Z";

test("a node is a facility with its media, place and what it observes; one of no medium is none", () => {
  const facilities = toFacilities(
    [
      {
        ...{ node: "oak-street-1", schemas: ["street-air"], position: [23.3, 42.7], observedAt },
        ids: [
          "urn:ngsi-ld:AirQualityObserved:oak-street-1",
          "urn:ngsi-ld:WeatherObserved:oak-street-1",
        ],
      },
      {
        ...{ node: "spot-7", schemas: ["parking"], position: [23.3, 42.7], observedAt },
        ids: ["urn:ngsi-ld:ParkingSpot:spot-7"],
      },
      { node: "unplaced", schemas: [], ids: ["urn:ngsi-ld:WaterObserved:unplaced"], observedAt },
    ],
    { AirQualityObserved: [{ name: "pm25", title: "PM2.5" }], WeatherObserved: [] },
    options,
  );
  expect(facilities).toHaveLength(1);
  expect(facilities[0]).toMatchObject({
    inspireId: { localId: "oak-street-1", namespace: "https://city.example/id/emf/" },
    mediaMonitored: ["http://inspire.ec.europa.eu/codelist/MediaValue/air"],
    representativePoint: { coordinates: [23.3, 42.7] },
    observingCapability: [
      {
        observedProperty: { name: "pm25", label: "PM2.5" },
        featureOfInterest: "urn:ngsi-ld:AirQualityObserved:oak-street-1",
      },
    ],
  });
});
