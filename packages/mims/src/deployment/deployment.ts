import { type Entity, EntityGates, type GateProblem } from "@bollard/ngsi-ld";
import type { SensorSchema } from "@bollard/schema";
import { MimsError } from "../error.js";
import { bollardDialect, type Dialect, ngsiLdDialect } from "./dialect.js";
import { type Answer, HttpReader } from "./http-reader.js";
import { slashed } from "./slashed.js";

/** What is checked, and what is known of it. */
export interface DeploymentOptions {
  /** Address of a Bollard bridge, such as `https://street.city.example`. */
  readonly bridge?: string;
  /** Address of an NGSI-LD API, such as `https://broker.city.example/ngsi-ld/v1`; in place of `bridge`. */
  readonly api?: string;
  /** Address of its OpenAPI description, JSON. Default: `openapi.json` below the API's. */
  readonly openApi?: string;
  /** Bearer token of the API. Default: none. */
  readonly token?: string;
  /** The operator's, for the list of devices. Default: none. */
  readonly operatorToken?: string;
  /** Address of a broker that publishes what is measured, such as `mqtts://broker.city.example`. */
  readonly broker?: string;
  readonly brokerCredentials?: { readonly username?: string; readonly password?: string };
  /** Topic filter that is listened to. Default: `#`. */
  readonly topic?: string;
  /** How long a message may take to come, ms. Default: 30000. */
  readonly patienceMs?: number;
  /** PEM of those who may have signed the certificates. Default: the system's. */
  readonly ca?: string;
  /** A catalogue in Turtle or JSON-LD. */
  readonly catalogue?: string;
  /** Ids of entities that an earlier look saw: they have to be there still. */
  readonly earlierIds?: readonly string[];
  /** Schemas of the sensors behind it: what is served is compared with them. Default: none. */
  readonly schemas?: readonly SensorSchema[];
  /** What the fleet wrote beside a simulation's results: `manifest.json`. */
  readonly manifest?: unknown;
  /** Default: 10000. */
  readonly timeoutMs?: number;
}

/** An entity, and why the gates refuse it; nothing where they do not. */
export interface GatedEntity {
  readonly entity: Entity;
  readonly problems: readonly GateProblem[];
}

const MOST_ENTITIES = 1000;

/** A running deployment as the checks see it. What was asked once is not asked again. */
export class Deployment {
  readonly options: DeploymentOptions;
  readonly reader: HttpReader;
  readonly dialect: Dialect;
  /** With a slash at its end. */
  readonly api: string;
  #types: Promise<readonly string[]> | undefined;
  #entities: Promise<readonly Entity[]> | undefined;
  #gated: Promise<readonly GatedEntity[]> | undefined;

  /** @throws {@link MimsError} `MIMS_BAD_OPTION` */
  constructor(options: DeploymentOptions) {
    const { bridge, api, token, timeoutMs, ca } = options;
    const given = bridge ?? api;
    if (given === undefined || !URL.canParse(given)) {
      throw new MimsError(
        "MIMS_BAD_OPTION",
        bridge === undefined ? "api" : "bridge",
        `${given ?? "none"} is no address, such as http://127.0.0.1:8080`,
      );
    }
    this.options = options;
    this.dialect = bridge === undefined ? ngsiLdDialect : bollardDialect;
    this.api = bridge === undefined ? slashed(given) : new URL("v1/", slashed(given)).href;
    this.reader = new HttpReader({
      ...(token !== undefined && { token }),
      ...(ca !== undefined && { ca }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
  }

  /** An address below the API's. */
  url(path: string): string {
    return new URL(path, this.api).href;
  }

  get(path: string, accept = "application/ld+json"): Promise<Answer> {
    return this.reader.get(this.url(path), { accept });
  }

  /** Types of entities there are. @throws {@link MimsError} `MIMS_UNREACHABLE` */
  types(): Promise<readonly string[]> {
    this.#types ??= this.#readTypes();
    return this.#types;
  }

  /** The latest state of up to 1000 entities. @throws {@link MimsError} `MIMS_UNREACHABLE` */
  entities(): Promise<readonly Entity[]> {
    this.#entities ??= this.#readEntities();
    return this.#entities;
  }

  /** The same with what the three gates say of each. */
  gated(): Promise<readonly GatedEntity[]> {
    this.#gated ??= this.entities().then(gate);
    return this.#gated;
  }

  async #readTypes(): Promise<readonly string[]> {
    const told = await this.reader.json(this.url(this.dialect.types()));
    // A bridge's list, a broker's list of its type details, or its list of names.
    const list: unknown = Array.isArray(told) ? told : Object(told).typeList;
    return (Array.isArray(list) ? list : [])
      .map((one: unknown) =>
        typeof one === "string" ? one : (Object(one).type ?? Object(one).typeName),
      )
      .filter((type: unknown) => typeof type === "string");
  }

  async #readEntities(): Promise<readonly Entity[]> {
    const types = await this.types();
    if (types.length === 0) return [];
    const url = this.url(this.dialect.entities(types, MOST_ENTITIES));
    const entities = entitiesOf(await this.reader.json(url));
    if (entities.every(isEntity)) return entities;
    throw new MimsError("MIMS_UNREACHABLE", url, "it answers what are no entities");
  }
}

async function gate(entities: readonly Entity[]): Promise<readonly GatedEntity[]> {
  const gates = new EntityGates();
  const gated: GatedEntity[] = [];
  for (const entity of entities) {
    const result = await gates.check(entity);
    gated.push({ entity, problems: result.ok ? [] : result.problems });
  }
  return gated;
}

/** Entities in an answer: an array, or one. */
export function entitiesIn(text: string): readonly Entity[] {
  return entitiesOf(JSON.parse(text));
}

function entitiesOf(read: unknown): readonly Entity[] {
  return (Array.isArray(read) ? read : [read]) as readonly Entity[];
}

function isEntity(value: unknown): boolean {
  const { id, type } = Object(value) as { readonly id?: unknown; readonly type?: unknown };
  return typeof id === "string" && typeof type === "string";
}
