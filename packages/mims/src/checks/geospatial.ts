import { crsOf, readCatalogue } from "../catalogue/read-catalogue.js";
import { type Check, met, NO_ENTITIES, notChecked, notMet, some } from "./check.js";
import { pointOf } from "./entity-parts.js";

interface Feature {
  readonly type?: string;
  readonly id?: string;
  readonly geometry?: { readonly type?: string; readonly coordinates?: readonly unknown[] } | null;
}

/** MIM7 R1.1. */
export const ogcInterface: Check = {
  id: "ogc-interface",
  title: "OGC SensorThings answers, with Things and their Locations",
  async run(deployment) {
    const root =
      deployment.dialect.name === "bollard"
        ? new URL("../v1.1/", deployment.api).href
        : new URL("../../v1.1/", deployment.api).href;
    const asked = `GET ${root} and Things?$expand=Locations`;
    const service = await deployment.reader.get(root.replace(/\/$/, ""));
    if (service.status !== 200) return notMet(asked, `status ${service.status}`);
    const { value = [] } = JSON.parse(service.text) as { value?: readonly { name?: string }[] };
    const sets = value.map(({ name }) => name);
    const lacking = ["Things", "Locations", "Datastreams", "Sensors", "Observations"].filter(
      (name) => !sets.includes(name),
    );
    if (lacking.length > 0) return notMet(asked, `it has no ${lacking.join(", ")}`);
    const things = await deployment.reader.get(`${root}Things?$expand=Locations&$top=1`);
    const [thing] =
      (JSON.parse(things.text) as { value?: readonly { Locations?: unknown[] }[] }).value ?? [];
    if (things.status !== 200 || !thing?.Locations)
      return notMet(asked, "no Thing with a Location");
    return met(asked, `SensorThings with ${sets.length} entity sets`);
  },
};

async function featuresOf(deployment: Parameters<Check["run"]>[0]) {
  const types = await deployment.types();
  const path = deployment.dialect.entities(types, 1000);
  const answer = await deployment.get(
    deployment.dialect.name === "bollard" ? `${path}&format=geojson` : path,
    "application/geo+json",
  );
  const asked = `GET ${deployment.url(path)} as GeoJSON`;
  if (answer.status !== 200) return { asked, failure: `status ${answer.status}` };
  const { type, features } = JSON.parse(answer.text) as { type?: string; features?: Feature[] };
  if (type !== "FeatureCollection" || !Array.isArray(features)) {
    return { asked, failure: "it is no FeatureCollection" };
  }
  return { asked, features };
}

/** MIM7 R2.1: RFC 7946. */
export const openGeoFormat: Check = {
  id: "open-geo-format",
  title: "GeoJSON (RFC 7946): features with points of longitude and latitude",
  async run(deployment) {
    const { asked, failure, features = [] } = await featuresOf(deployment);
    if (failure !== undefined) return notMet(asked, failure);
    if (features.length === 0) return notMet(asked, NO_ENTITIES);
    const wrong = features.flatMap(({ type, id, geometry }) => {
      if (type !== "Feature" || geometry === undefined) return [`${id} is no Feature`];
      if (geometry === null) return [];
      const [longitude, latitude] = geometry.coordinates ?? [];
      if (geometry.type !== "Point") return [];
      const isPlace = Math.abs(Number(longitude)) <= 180 && Math.abs(Number(latitude)) <= 90;
      return isPlace ? [] : [`${id} is at ${longitude}, ${latitude}`];
    });
    if (wrong.length > 0) return notMet(asked, some(wrong));
    return met(asked, `${features.length} features`);
  },
};

/** MIM7 R4.1. */
export const featureIds: Check = {
  id: "feature-ids",
  title: "A feature's id is its entity's",
  async run(deployment) {
    const { asked, failure, features = [] } = await featuresOf(deployment);
    if (failure !== undefined) return notMet(asked, failure);
    const entities = await deployment.entities();
    const ids = new Set(entities.map(({ id }) => id));
    const strange = features.filter(({ id }) => !ids.has(id ?? ""));
    if (features.length === 0) return notMet(asked, NO_ENTITIES);
    if (strange.length > 0) {
      return notMet(asked, `ids of no entity: ${some(strange.map(({ id }) => String(id)))}`);
    }
    return met(asked, `${features.length} features under the ids of their entities`);
  },
};

/** MIM7 R5.1. */
export const crsDeclared: Check = {
  id: "crs-declared",
  title: "The coordinate reference system is named in the catalogue, and positions are in it",
  async run(deployment) {
    const { catalogue } = deployment.options;
    const asked = "the catalogue's dct:conformsTo, and the entities' positions";
    const entities = await deployment.entities();
    const points = entities.flatMap((entity) => pointOf(entity) ?? []);
    if (points.length === 0) return notMet(asked, "no entity has a place");
    if (catalogue === undefined) {
      return notChecked(asked, "no catalogue was given; --catalogue takes one");
    }
    const systems = crsOf(await readCatalogue(catalogue));
    if (systems.length === 0) return notMet(asked, "no dataset names a reference system");
    return met(asked, `${systems.join(", ")}`);
  },
};
