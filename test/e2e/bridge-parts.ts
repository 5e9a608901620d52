import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { openVirtualPort, type VirtualPort } from "@bollard/firmware-sim";
import { type CommandStatus, keepPolling, LinkNode } from "@bollard/link";
import { commandSchema, decodePayload, encodePayload, readHeader } from "@bollard/payload";
import { defineSchema, layoutFingerprint } from "@bollard/schema";
import { Aedes } from "aedes";
import { connectAsync, type MqttClient } from "mqtt";

/** Spoken by every node of these tests. */
export const lampSchema = defineSchema({
  name: "lamp",
  id: 40,
  reportInterval: 60,
  fields: [
    {
      name: "temperature",
      unit: "Cel",
      min: -40,
      max: 85,
      resolution: 0.01,
      maps: { WeatherObserved: "temperature" },
    },
  ],
  commands: [
    {
      name: "set-interval",
      id: 7,
      title: "Set the interval",
      fields: [{ kind: "duration", name: "seconds", max: 3600, resolution: 10 }],
    },
    { name: "reboot", id: 8, title: "Start anew" },
  ],
});

const START_S = 1_789_000_000;

/** The value that the reading of this number has. */
export function lampValue(number: number): number {
  return (number % 10_000) / 100 - 40 + 20;
}

export function lampPayload(number: number, key?: { boot: number; sequence: number }): Uint8Array {
  const values = { temperature: lampValue(number) };
  return encodePayload(lampSchema, { time: START_S + number, values } as never, {
    ...(key && { key }),
  });
}

/** A node on a virtual serial port. Its messages wait in its memory while the cable is out. */
export class SerialLamp {
  readonly node: LinkNode;
  #path: string;
  #port: VirtualPort | undefined;
  #stop: () => void;
  #offered = 0;
  /** What it was told to do, in order. */
  readonly commands: { readonly name: string; readonly values: object }[] = [];
  /** What it answers to a command; undefined for a node that hangs. Default: it has done it. */
  answer: (name: string) => CommandStatus | undefined = () => "done";

  /** @param life - another number for another device, and for each of its starts */
  constructor(nodeId: string, path: string, life = 7) {
    this.#path = path;
    this.node = new LinkNode({
      nodeId,
      boot: 1,
      life,
      maxHeld: 16_384,
      takesCommands: true,
      schemas: [{ id: lampSchema.id, fingerprint: layoutFingerprint(lampSchema) }],
      now: () => performance.now(),
      send: (frame) => this.#port?.write(frame),
      onEvent: (event) => {
        if (event.kind === "command") this.#obey(event.id, event.payload);
      },
    });
    this.#stop = keepPolling(this.node, { now: () => performance.now() });
  }

  /** Readings offered. */
  get offered(): number {
    return this.#offered;
  }

  /** @param path - where, if it is another port than before */
  async plug(path = this.#path): Promise<void> {
    this.#path = path;
    this.#port = await openVirtualPort({ link: this.#path });
    this.#port.onData((bytes) => this.node.receive(bytes));
    this.node.lineUp();
  }

  async unplug(): Promise<void> {
    const port = this.#port;
    this.#port = undefined;
    this.node.lineDown();
    await port?.close();
  }

  #obey(id: number, payload: Uint8Array): void {
    const { schemaId } = readHeader(payload);
    const { name = "" } = lampSchema.commands.find((command) => command.id === schemaId) ?? {};
    const schema = commandSchema(lampSchema, name);
    if (!schema) throw new Error(`there is no command ${schemaId}`);
    this.commands.push({ name, values: decodePayload(schema, payload).readings[0]?.values ?? {} });
    const status = this.answer(name);
    if (status) this.node.answer(id, status);
  }

  report(): void {
    if (!this.node.offer(lampPayload(this.#offered))) throw new Error("the node is full");
    this.#offered++;
  }

  async close(): Promise<void> {
    this.#stop();
    await this.unplug();
  }
}

/** A node that publishes over MQTT and waits for each PUBACK. */
export class MqttLamp {
  readonly #nodeId: string;
  readonly #client: MqttClient;
  #reported = 0;

  private constructor(nodeId: string, client: MqttClient) {
    this.#nodeId = nodeId;
    this.#client = client;
  }

  static async open(nodeId: string, url: string): Promise<MqttLamp> {
    return new MqttLamp(nodeId, await connectAsync(url, { clientId: nodeId }));
  }

  get reported(): number {
    return this.#reported;
  }

  async report(): Promise<void> {
    const sequence = this.#reported++;
    const payload = Buffer.from(lampPayload(sequence, { boot: 1, sequence }));
    await this.#client.publishAsync(`bollard/${this.#nodeId}/up`, payload, { qos: 1 });
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }
}

/** A broker on loopback that keeps what it knows while nobody can reach it. */
export class CutBroker {
  readonly aedes: Aedes;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  private constructor(aedes: Aedes) {
    this.aedes = aedes;
  }

  static async open(): Promise<CutBroker> {
    const broker = new CutBroker(await Aedes.createBroker({ queueLimit: 100_000 }));
    await broker.join();
    return broker;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`;
  }

  async join(): Promise<void> {
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      this.aedes.handle(socket);
    });
    server.listen(this.#port, "127.0.0.1");
    await once(server, "listening");
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (!server) return;
    server.close();
    await once(server, "close");
  }

  async close(): Promise<void> {
    await this.cut();
    await new Promise<void>((resolve) => this.aedes.close(() => resolve()));
  }
}

/** Reads what arrives in the city, and knows nothing else. */
export class CityReader {
  /** Node's name to its keys in order of arrival, each with the value it came with. */
  readonly arrivals = new Map<string, { readonly key: string; readonly value: number }[]>();
  #changed: (() => void)[] = [];

  constructor(broker: CutBroker) {
    broker.aedes.on("publish", (packet, client) => {
      if (!client || !packet.topic.endsWith("/senml")) return;
      const [, name = ""] = packet.topic.split("/");
      const pack: { n: string; v?: number; vs?: string }[] = JSON.parse(packet.payload.toString());
      const key = pack.at(-1)?.vs ?? "";
      const value = pack.find(({ v }) => v !== undefined)?.v ?? Number.NaN;
      const before = this.arrivals.get(name) ?? [];
      before.push({ key, value });
      this.arrivals.set(name, before);
      for (const resolve of this.#changed.splice(0)) resolve();
    });
  }

  /** Resolves once so many different keys of this node are there. */
  async until(name: string, count: number): Promise<void> {
    while (this.keys(name).length < count) {
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
  }

  /** The keys of a node, each the first time it came. */
  keys(name: string): string[] {
    return [...new Set(this.arrivals.get(name)?.map(({ key }) => key))];
  }

  /** What comes twice under one key with another value. */
  contradictions(name: string): string[] {
    const values = new Map<string, number>();
    return (this.arrivals.get(name) ?? []).flatMap(({ key, value }) => {
      const before = values.get(key) ?? value;
      values.set(key, before);
      return before === value ? [] : [key];
    });
  }
}

/** A bridge in a process of its own, as a daemon runs. */
export class BridgeProcess {
  readonly #config: string;
  #child: ChildProcess | undefined;
  #complaint = "";

  /** @param config - path of its configuration file */
  constructor(config: string) {
    this.#config = config;
  }

  /** Resolves with the page's address once it runs. */
  async start(): Promise<string> {
    const program = fileURLToPath(new URL("bridge-program.mjs", import.meta.url));
    const child = spawn(process.execPath, [program, this.#config], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    this.#complaint = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-4000);
    });
    let said = "";
    return new Promise((resolve, reject) => {
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        if (said.length > 100_000) return;
        said += text;
        const url = /^running (.*)$/m.exec(said)?.[1];
        if (url !== undefined) resolve(url);
      });
      child.on("exit", () => reject(new Error(`the bridge ended: ${this.#complaint}\n${said}`)));
    });
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** In good order. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  }
}

/** The keys `<boot>-0` to `<boot>-<count - 1>`. */
export function keysTo(boot: number, count: number): string[] {
  return Array.from({ length: count }, (_, sequence) => `${boot}-${sequence}`);
}
