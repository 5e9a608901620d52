import type { SwarmClient, Will } from "@bollard/mqtt-engine";
import type { SensorSchema } from "@bollard/schema";
import type { MessageSource, OutgoingMessage, StreetPlan } from "../engine/fleet-plan.js";
import { clientOf, type FleetTarget } from "../engine/fleet-target.js";
import { isPicked } from "../engine/pick.js";
import { fixedSource } from "../engine/publish-load.js";
import { FleetError } from "../error.js";
import { payloadFormOf } from "../payloads/payload-form.js";
import { type PayloadFaults, ReadingSource } from "../payloads/reading-source.js";
import { ModelReadings, type Place } from "../readings/model-readings.js";
import type { NodeReadings } from "../readings/node-readings.js";
import { ReplayReadings } from "../readings/replay-readings.js";
import { type LoadedScenario, topicOf } from "./read-scenario.js";
import type { ScenarioStreet } from "./scenario.js";
import type { Shard } from "./shard.js";

const DEFAULT_PLACE: Place = { latitude: 48.2, longitude: 16.37, radiusM: 1000 };

/** What a street is planned with. */
export interface StreetContext {
  readonly loaded: LoadedScenario;
  readonly target: FleetTarget;
  readonly run: number;
  readonly seed: number;
  readonly shard: Shard;
}

/**
 * A street as the engine plays it: the shard's nodes of it.
 *
 * @throws {@link FleetError} `FLEET_BAD_SCENARIO`
 */
export function planStreet(street: ScenarioStreet, context: StreetContext): StreetPlan {
  const { loaded, target, run, shard } = context;
  const { nodesPerConnection = 1, faults } = street;
  const schema = street.schema === undefined ? undefined : loaded.schemas.get(street.schema);
  const topic = (node: number) => topicOf(street, node, schema?.name, shard.index);
  const flapping = faults?.flapping;
  const isTwin = (node: number) =>
    node > 0 && isPicked(node, faults?.duplicateClientId?.share ?? 0);
  return {
    name: street.name,
    totalNodes: street.nodes,
    nodes: nodesOf(street.nodes, nodesPerConnection, shard),
    intervalMs: street.everyS * 1000,
    qos: street.qos ?? 1,
    retain: street.retain ?? false,
    nodesPerConnection,
    topicOf: topic,
    clientOf: (node) => streetClient(street, isTwin(node) ? node - 1 : node, target, run),
    source: schema ? sourceOf(street, schema, context) : fixedSource(street.payload?.bytes ?? 100),
    stamp: schema ? "correlation" : "payload",
    ...(flapping && {
      flapMs: (node: number) => (isPicked(node, flapping.share) ? flapping.everyS * 1000 : 0),
    }),
  };
}

/** The numbers of a shard's nodes; those behind one connection stay together. */
function nodesOf(nodes: number, nodesPerConnection: number, { index, count }: Shard): Uint32Array {
  const all = Uint32Array.from({ length: nodes }, (_, node) => node);
  return all.filter((node) => Math.floor(node / nodesPerConnection) % count === index);
}

function streetClient(
  street: ScenarioStreet,
  node: number,
  target: FleetTarget,
  run: number,
): SwarmClient {
  const fill = (text: string) =>
    text.replaceAll("{street}", street.name).replaceAll("{node}", String(node + 1));
  const client = clientOf(target, run, node);
  const { will } = street;
  const last: Will | undefined = will && {
    topic: fill(will.topic),
    payload: Buffer.from(fill(will.payload ?? "down")),
    qos: will.qos ?? 0,
    retain: will.retain ?? false,
  };
  return {
    ...client,
    clientId: `bollard-${run.toString(16)}-${street.name}-${node + 1}`,
    ...(client.username !== undefined && { username: fill(client.username) }),
    ...(last && { will: last }),
  };
}

function sourceOf(
  street: ScenarioStreet,
  schema: SensorSchema,
  context: StreetContext,
): MessageSource {
  const { simulatedTime } = context.loaded.scenario;
  let startMs = 0;
  const firstS =
    simulatedTime?.start === undefined ? undefined : Date.parse(simulatedTime.start) / 1000;
  const speed = simulatedTime?.speed ?? 1;
  const timeOf = (dueMs: number) =>
    Math.floor((firstS ?? startMs / 1000) + ((dueMs - startMs) / 1000) * speed);
  const { rollout } = street.faults ?? {};
  const now = readingSource(street, schema, context, timeOf);
  const nextSchema = rollout && context.loaded.schemas.get(rollout.schema);
  const next = nextSchema && readingSource(street, nextSchema, context, timeOf);
  const begin = (ms: number) => {
    startMs = ms;
  };
  if (!next) return { ...bound(now), begin };
  const { share = 1, fromS = 0, overS = 0 } = rollout;
  const isNew = ({ node, dueMs, hasFaults }: Readonly<OutgoingMessage>) =>
    hasFaults &&
    isPicked(node, share) &&
    dueMs - startMs >= (fromS + (overS * (node + 1)) / street.nodes) * 1000;
  return {
    maxBytes: Math.max(now.maxBytes, next.maxBytes),
    contentType: now.contentType,
    begin,
    isSkipped: (message) => now.isSkipped(message),
    write: (buffer, at, message) => (isNew(message) ? next : now).write(buffer, at, message),
  };
}

function bound(source: ReadingSource): MessageSource {
  const { maxBytes, contentType } = source;
  return {
    maxBytes,
    contentType,
    isSkipped: (message) => source.isSkipped(message),
    write: (buffer, at, message) => source.write(buffer, at, message),
  };
}

function readingSource(
  street: ScenarioStreet,
  schema: SensorSchema,
  { loaded, run, seed }: StreetContext,
  timeOf: (dueMs: number) => number,
): ReadingSource {
  const { payload = {}, readings = {}, faults = {} } = street;
  const place: Place = { ...DEFAULT_PLACE, ...street.place };
  const { badPayload, clockSkew } = faults;
  const made: PayloadFaults = {
    ...(badPayload && {
      badPayload: {
        isFaulty: (node: number) => isPicked(node, badPayload.share),
        every: badPayload.every ?? 1,
      },
    }),
    ...(clockSkew && {
      clockSkew: {
        isFaulty: (node: number) => isPicked(node, clockSkew.share),
        seconds: clockSkew.seconds,
      },
    }),
  };
  const form = payload.form ?? "bollard";
  return new ReadingSource({
    readings: readingsOf(street, schema, loaded, seed, place),
    form: payloadFormOf({
      form,
      schema,
      street: street.name,
      run,
      place,
      seed,
      ...(payload.template !== undefined && { template: payload.template }),
      ...(payload.model !== undefined && { model: payload.model }),
    }),
    seed,
    timeOf,
    dropout: readings.dropout ?? 0,
    faults: made,
  });
}

function readingsOf(
  street: ScenarioStreet,
  schema: SensorSchema,
  { texts }: LoadedScenario,
  seed: number,
  place: Place,
): NodeReadings {
  const { replay, models = {} } = street.readings ?? {};
  if (replay !== undefined) return new ReplayReadings(schema, texts.get(replay) ?? "", replay);
  const fields = schema.fields.map(({ name }) => name);
  for (const [name, { follows }] of Object.entries(models)) {
    const at = `streets.${street.name}.readings.models.${name}`;
    if (!fields.includes(name)) {
      const message = `${schema.name} has no field ${name}; it has ${fields.join(", ")}`;
      throw new FleetError("FLEET_BAD_SCENARIO", at, message);
    }
    if (follows && !fields.slice(0, fields.indexOf(name)).includes(follows.field)) {
      const message = `${follows.field} is no field of ${schema.name} before ${name}`;
      throw new FleetError("FLEET_BAD_SCENARIO", `${at}.follows.field`, message);
    }
  }
  return new ModelReadings({ schema, seed, models, place });
}
