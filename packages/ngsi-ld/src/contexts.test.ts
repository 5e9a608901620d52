import { describe, expect, test } from "vitest";
import {
  contextsFor,
  coreContext,
  pinnedContext,
  pinnedContexts,
  servedContexts,
} from "./contexts.js";
import { modelNames } from "./models.js";
import { standardsIndex } from "./standards.js";

describe("contexts", () => {
  test("put the model's context first and the core context last", () => {
    expect(contextsFor("AirQualityObserved")).toEqual([
      "https://raw.githubusercontent.com/smart-data-models/dataModel.Environment/master/context.jsonld",
      "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld",
    ]);
  });

  test("put your own before both, and the model's where you serve it", () => {
    const options = { extra: ["https://city.example/c.jsonld"], servedAt: "http://bridge:8080/ld" };
    expect(contextsFor("Device", options)).toEqual([
      "https://city.example/c.jsonld",
      "http://bridge:8080/ld/dataModel.Device.jsonld",
      coreContext,
    ]);
    expect(contextsFor("Bench", options)).toEqual(["https://city.example/c.jsonld", coreContext]);
  });

  test("refuse a type that is not shipped", () => {
    expect(() => contextsFor("Bench")).toThrow(
      expect.objectContaining({ code: "NGSI_LD_UNKNOWN_MODEL", place: "Bench" }),
    );
  });

  test("are shipped for every model, under a name of their own", () => {
    const shipped = pinnedContexts();
    for (const type of modelNames()) {
      for (const url of contextsFor(type)) expect(shipped).toContain(url);
    }
    expect(modelNames().toSorted()).toEqual(Object.keys(standardsIndex().models).toSorted());
    expect(new Set(shipped.map((url) => pinnedContext(url)?.name)).size).toBe(shipped.length);
  });

  test("come as published", () => {
    const context = pinnedContext(coreContext);
    expect(context?.name).toBe("ngsi-ld-core-context-v1.8.jsonld");
    expect(JSON.parse(context?.text ?? "")).toEqual(context?.document);
    expect(pinnedContext("https://example.com/other.jsonld")).toBeUndefined();
  });

  test("are given to the gates under the URL you serve them at", () => {
    expect(Object.keys(servedContexts("http://bridge:8080/ld/"))).toContain(
      "http://bridge:8080/ld/dataModel.Weather.jsonld",
    );
  });
});
