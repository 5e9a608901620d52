import type { Entity } from "@bollard/ngsi-ld";
import { type Deployment, entitiesIn } from "../deployment/deployment.js";
import type { Box } from "../deployment/dialect.js";
import { type Check, met, NO_ENTITIES, notApplicable, notChecked, notMet, some } from "./check.js";
import { numericProperties, pointOf } from "./entity-parts.js";

/** MIM0 R1.1, R1.2: data over HTTP in a form that programs read. */
export const machineReadable: Check = {
  id: "machine-readable",
  title: "Entities as JSON-LD, and where it offers them as CSV, over HTTP",
  async run(deployment) {
    const types = await deployment.types();
    const path = deployment.dialect.entities(types, 1);
    const asked = `GET ${deployment.url(path)}`;
    const answer = await deployment.get(path);
    const type = answer.headers.get("content-type") ?? "";
    if (answer.status !== 200 || !/json/.test(type)) {
      return notMet(asked, `status ${answer.status}, Content-Type ${type || "missing"}`);
    }
    const [entity] = entitiesIn(answer.text);
    if (!entity?.id || !entity.type) return notMet(asked, NO_ENTITIES);
    const csv = await deployment.get(path, "text/csv");
    const isCsv = csv.status === 200 && /text\/csv/.test(csv.headers.get("content-type") ?? "");
    return met(asked, `${entity.type} ${entity.id} as ${type}${isCsv ? ", and as CSV" : ""}`);
  },
};

/** MIM0 R1.3: the API describes itself. */
export const described: Check = {
  id: "described",
  title: "An OpenAPI description at a fixed address, with the paths that answer",
  async run(deployment) {
    const url = deployment.options.openApi ?? deployment.url("openapi.json");
    const asked = `GET ${url}`;
    const answer = await deployment.reader.get(url, { accept: "application/json" });
    if (answer.status !== 200) return notMet(asked, `status ${answer.status}`);
    const document = parsed(answer.text) as { openapi?: string; paths?: object; info?: object };
    const paths = Object.keys(document?.paths ?? {});
    if (!/^3\./.test(document?.openapi ?? "") || !document.info) {
      return notMet(asked, "it is no OpenAPI 3 document");
    }
    if (!paths.some((path) => path.endsWith("/entities"))) {
      return notMet(asked, `it has no path of entities: ${some(paths)}`);
    }
    return met(asked, `OpenAPI ${document.openapi} with ${paths.length} paths`);
  },
};

/** MIM0 R2.1, R2.2: by time, place and attribute; what comes back is looked at. */
export const filters: Check = {
  id: "filters",
  title: "Filters by time, place and attribute, their answers compared with the entities",
  async run(deployment) {
    const entities = await deployment.entities();
    const asked = `GET ${deployment.api}… by attribute, by box, by time`;
    const [entity] = entities;
    if (!entity) return notMet(asked, NO_ENTITIES);
    const wrong = [
      ...(await byAttribute(deployment, entities)),
      ...(await byPlace(deployment, entities)),
      ...(await byTime(deployment, entities)),
    ];
    if (wrong.length > 0) return notMet(asked, some(wrong));
    return met(asked, `${entities.length} entities: each filter gave what it had to, and no more`);
  },
};

async function byAttribute(deployment: Deployment, entities: readonly Entity[]): Promise<string[]> {
  const attribute = entities.flatMap(numericProperties)[0]?.name;
  if (attribute === undefined) return ["no entity has a measured number"];
  const path = deployment.dialect.withAttribute(await deployment.types(), attribute);
  const answer = await deployment.get(path);
  if (answer.status !== 200) return [`attrs=${attribute} answers ${answer.status}`];
  const found = entitiesIn(answer.text);
  if (found.length === 0) return [`attrs=${attribute} finds nothing`];
  const without = found.filter((one) => !(attribute in one));
  return without.map(({ id }) => `attrs=${attribute} gives ${id}, which has none`);
}

async function byPlace(deployment: Deployment, entities: readonly Entity[]): Promise<string[]> {
  const placed = entities.find(pointOf);
  const point = placed && pointOf(placed);
  if (!placed || !point) return ["no entity has a place"];
  const [longitude, latitude] = point;
  const around: Box = [longitude - 0.01, latitude - 0.01, longitude + 0.01, latitude + 0.01];
  // The other side of the Earth.
  const away = longitude > 0 ? longitude - 180 : longitude + 179;
  const elsewhere: Box = [away, -latitude - 0.5, away + 0.5, -latitude];
  const types = await deployment.types();
  const near = await deployment.get(deployment.dialect.inBox(types, around));
  if (near.status !== 200) return [`a box answers ${near.status}`];
  const found = entitiesIn(near.text);
  const outside = found.filter((one) => !isWithin(pointOf(one), around));
  const far = await deployment.get(deployment.dialect.inBox(types, elsewhere));
  const strangers = far.status === 200 ? entitiesIn(far.text) : [];
  return [
    ...(found.some(({ id }) => id === placed.id) ? [] : [`the box around ${placed.id} lacks it`]),
    ...outside.map(({ id }) => `the box has ${id}, which is outside`),
    ...strangers.map(({ id }) => `a box on the other side of the Earth has ${id}`),
  ];
}

async function byTime(deployment: Deployment, entities: readonly Entity[]): Promise<string[]> {
  const measured = entities
    .flatMap((entity) =>
      numericProperties(entity).map(({ observedAt }) => ({ entity, observedAt })),
    )
    .find(({ observedAt }) => observedAt !== undefined);
  if (!measured?.observedAt) return ["no measured number says when"];
  const { entity } = measured;
  const at = Date.parse(measured.observedAt);
  const moment = (ms: number) => new Date(ms).toISOString();
  const path = deployment.dialect.between(entity, moment(at - 60_000), moment(at + 1000));
  const answer = await deployment.get(path);
  if (answer.status !== 200) return [`a time of ${entity.id} answers ${answer.status}`];
  if (!answer.text.includes(entity.id)) return [`its past lacks ${entity.id} at ${moment(at)}`];
  const past = deployment.dialect.between(entity, "2001-01-01T00:00:00Z", "2001-01-02T00:00:00Z");
  const before = await deployment.get(past);
  const isEmpty = before.status !== 200 || !/"observedAt"/.test(before.text);
  return isEmpty ? [] : [`a day of 2001 has something of ${entity.id}`];
}

function isWithin(point: readonly [number, number] | undefined, box: Box): boolean {
  if (!point) return false;
  const [west, south, east, north] = box;
  return point[0] >= west && point[0] <= east && point[1] >= south && point[1] <= north;
}

/** MIM0 C2: errors, caching and rate limits as HTTP has them. */
export const httpManners: Check = {
  id: "http-manners",
  title: "Problem documents (RFC 9457), ETag and 304 (RFC 9110), a rate limit that is told",
  async run(deployment) {
    const asked = `GET ${deployment.url(deployment.dialect.mistake)}; the same question twice with If-None-Match`;
    const wrong: string[] = [];
    const mistake = await deployment.get(deployment.dialect.mistake, "application/json");
    const problem = parsed(mistake.text) as { type?: string; title?: string } | undefined;
    if (mistake.status < 400 || mistake.status > 499) {
      wrong.push(`a wrong question is answered with ${mistake.status}`);
    } else if (!/json/.test(mistake.headers.get("content-type") ?? "") || !problem?.title) {
      wrong.push("its errors are no problem documents");
    }
    const types = await deployment.types();
    const first = await deployment.get(deployment.dialect.entities(types, 1));
    const etag = first.headers.get("etag");
    if (!etag) wrong.push("answers have no ETag");
    else {
      const url = deployment.url("types");
      const tag = (await deployment.reader.get(url)).headers.get("etag") ?? "";
      const again = await deployment.reader.get(url, { "if-none-match": tag });
      if (again.status !== 304) wrong.push(`what has not changed is a ${again.status} and no 304`);
    }
    const limits = [...first.headers.keys()].filter((name) => /ratelimit/.test(name));
    if (limits.length === 0) wrong.push("no RateLimit header tells how often one may ask");
    if (wrong.length > 0) return notMet(asked, some(wrong));
    return met(
      asked,
      `status ${mistake.status} "${problem?.title}", ETag, 304, ${limits.join(", ")}`,
    );
  },
};

/** MIM0 R3.1: told of changes. */
export const changesTold: Check = {
  id: "changes-told",
  title: "A subscriber is told of a change",
  async run({ options }) {
    const { broker, topic = "#", patienceMs = 30_000 } = options;
    if (broker === undefined) {
      return notChecked("MQTT", "no broker was named; with --broker it is listened to");
    }
    const asked = `MQTT ${new URL(broker).host}: subscribe to ${topic} for ${patienceMs / 1000} s`;
    const { firstMessage } = await import("../deployment/first-message.js");
    const message = await firstMessage(options);
    if (!message) return notMet(asked, "nothing was published");
    return met(asked, `${message.bytes} bytes on ${message.topic} after ${message.afterMs} ms`);
  },
};

/** What is at hand for data that a person takes away. */
export const history: Check = {
  id: "history",
  title: "Past states can be asked for",
  async run(deployment) {
    const [entity] = await deployment.entities();
    if (!entity) return notMet(`GET ${deployment.api}`, NO_ENTITIES);
    const now = new Date().toISOString();
    const path = deployment.dialect.between(entity, "2001-01-01T00:00:00Z", now);
    const asked = `GET ${deployment.url(path)}`;
    const { status, text } = await deployment.get(path);
    if (status !== 200) return notMet(asked, `status ${status}`);
    return text.includes(entity.id)
      ? met(asked, `past states of ${entity.id}`)
      : notApplicable(asked, "it has no past yet");
  },
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
