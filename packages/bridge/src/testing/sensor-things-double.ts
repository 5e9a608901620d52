import { type PlatformAnswer, type PlatformRequest, PlatformServer } from "./platform-server.js";

interface Observation {
  readonly time: string;
  readonly result: unknown;
  readonly key: string;
}

interface Datastream {
  readonly id: number;
  readonly entity: Record<string, unknown>;
  readonly observations: Observation[];
}

interface Thing {
  readonly id: number;
  readonly entity: Record<string, unknown>;
  readonly datastreams: Datastream[];
}

/**
 * A SensorThings 1.1 server by the rules that matter to whoever writes to it: what has to be there in
 * each entity (OGC 18-088, clause 8.2), deep inserts (10.2.1) and data arrays (13), answered row by row.
 */
export class SensorThingsDouble {
  readonly things: Thing[] = [];
  #server: PlatformServer | undefined;
  #lastId = 0;

  static async open(): Promise<SensorThingsDouble> {
    const double = new SensorThingsDouble();
    double.#server = await PlatformServer.open((request) => double.#answer(request));
    return double;
  }

  get server(): PlatformServer {
    if (!this.#server) throw new Error("not open");
    return this.#server;
  }

  get url(): string {
    return `${this.server.url}/FROST-Server/v1.1`;
  }

  /** Every Observation of a Datastream, in the order in which it was made. */
  observations(thing: string, datastream: string): readonly Observation[] {
    const found = this.things.find(({ entity }) => entity.name === thing);
    return found?.datastreams.find(({ entity }) => entity.name === datastream)?.observations ?? [];
  }

  close(): Promise<void> {
    return this.server.close();
  }

  #answer({ method, path, body }: PlatformRequest): PlatformAnswer {
    const { pathname, searchParams: query } = new URL(path, "http://any");
    const [, set = "", rest = ""] =
      /^\/FROST-Server\/v1\.1\/([^/]+)(?:\/(.*))?$/.exec(pathname) ?? [];
    if (method === "GET" && set === "Things") return this.#find(query);
    if (method === "GET" && rest === "Observations") return this.#list(set, query);
    if (method === "POST" && set === "Things") return this.#addThing(body);
    if (method === "POST" && rest === "Datastreams") return this.#addDatastream(set, body);
    if (method === "POST" && set === "CreateObservations") return this.#addObservations(body);
    return { status: 404, body: { message: "Nothing found." } };
  }

  #find(query: URLSearchParams): PlatformAnswer {
    const filter = /^properties\/bollardNode eq '(.*)'$/.exec(query.get("$filter") ?? "");
    if (!filter) return { status: 400, body: { message: "Failed to parse query." } };
    const name = filter[1]?.replaceAll("''", "'");
    const found = this.things.filter(
      ({ entity }) => (entity.properties as { bollardNode?: string })?.bollardNode === name,
    );
    const value = found.map(({ id, entity, datastreams }) => ({
      "@iot.id": id,
      name: entity.name,
      Datastreams: datastreams.map((one) => ({ "@iot.id": one.id, name: one.entity.name })),
    }));
    return { status: 200, body: { value } };
  }

  #list(set: string, query: URLSearchParams): PlatformAnswer {
    const stream = this.#datastream(Number(/\((\d+)\)/.exec(set)?.[1]));
    const between = /^phenomenonTime ge (\S+) and phenomenonTime le (\S+)$/;
    const [, from = "", to = ""] = between.exec(query.get("$filter") ?? "") ?? [];
    if (!stream || from === "") return { status: 400 };
    const value = stream.observations
      .filter(({ time }) => time >= from && time <= to)
      .map(({ key }) => ({ parameters: { key } }));
    return { status: 200, body: { value } };
  }

  #addThing(body: unknown): PlatformAnswer {
    const { Datastreams = [], ...entity } = body as Record<string, unknown>;
    const streams = Datastreams as Record<string, unknown>[];
    const isWhole = has(entity, ["name", "description"]) && streams.every(isWholeDatastream);
    if (!isWhole) return { status: 400, body: { message: "Missing required property." } };
    const id = ++this.#lastId;
    const datastreams = streams.map((one) => this.#makeDatastream(one));
    this.things.push({ id, entity, datastreams });
    return { status: 201 };
  }

  #addDatastream(set: string, body: unknown): PlatformAnswer {
    const thing = this.things.find(({ id }) => set === `Things(${id})`);
    const entity = body as Record<string, unknown>;
    if (!thing || !isWholeDatastream(entity)) return { status: 400 };
    thing.datastreams.push(this.#makeDatastream(entity));
    return { status: 201 };
  }

  #addObservations(body: unknown): PlatformAnswer {
    const answers: string[] = [];
    for (const { Datastream, components, dataArray } of body as {
      Datastream: { "@iot.id": number };
      components: string[];
      dataArray: unknown[][];
    }[]) {
      const stream = this.#datastream(Datastream["@iot.id"]);
      for (const row of dataArray) {
        const of = (name: string) => row[components.indexOf(name)];
        if (!stream || of("result") === undefined) answers.push("error");
        else {
          const { key } = of("parameters") as { key: string };
          stream.observations.push({
            time: String(of("phenomenonTime")),
            result: of("result"),
            key,
          });
          answers.push(`${this.url}/Observations(${++this.#lastId})`);
        }
      }
    }
    return { status: 201, body: answers };
  }

  #datastream(id: number): Datastream | undefined {
    return this.things.flatMap(({ datastreams }) => datastreams).find((one) => one.id === id);
  }

  #makeDatastream(entity: Record<string, unknown>): Datastream {
    return { id: ++this.#lastId, entity, observations: [] };
  }
}

function isWholeDatastream(entity: Record<string, unknown>): boolean {
  return (
    has(entity, ["name", "description", "observationType", "unitOfMeasurement"]) &&
    has(entity.Sensor, ["name", "description", "encodingType", "metadata"]) &&
    has(entity.ObservedProperty, ["name", "description", "definition"])
  );
}

function has(entity: unknown, names: readonly string[]): boolean {
  const members = Object(entity) as Record<string, unknown>;
  return names.every((name) => members[name] !== undefined && members[name] !== "");
}
