import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { Aedes, type AedesOptions, type PublishPacket } from "aedes";

/** A message that the broker has taken. */
export interface TakenMessage {
  readonly topic: string;
  readonly text: string;
  readonly payload: Buffer;
  readonly retain: boolean;
  readonly dup: boolean;
}

/** A real MQTT broker on loopback that can go away and come back on its port. */
export class TestBroker {
  readonly taken: TakenMessage[] = [];
  aedes: Aedes;
  #port = 0;
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();
  #changed: (() => void)[] = [];

  private constructor(aedes: Aedes) {
    this.aedes = aedes;
    this.#watch();
  }

  static async open(options: AedesOptions = {}): Promise<TestBroker> {
    const broker = new TestBroker(await Aedes.createBroker(options));
    await broker.join();
    return broker;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`;
  }

  /** Resolves once a condition holds; it is looked at after each message and connection. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
  }

  /** Cuts every connection and refuses new ones. What the broker knows stays. */
  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server) {
      server.close();
      await once(server, "close");
    }
  }

  /** Listens again, on the same port. */
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

  /** The broker forgets all it knew, as one without persistence does when it is restarted. */
  async restart(options: AedesOptions = {}): Promise<void> {
    await this.cut();
    await this.#end();
    this.aedes = await Aedes.createBroker(options);
    this.#watch();
    await this.join();
  }

  async close(): Promise<void> {
    await this.cut();
    await this.#end();
  }

  #end(): Promise<void> {
    return new Promise((resolve) => this.aedes.close(() => resolve()));
  }

  #watch(): void {
    const { authorizePublish } = this.aedes;
    // It acknowledges before it tells of a message: whoever waits for PUBACK would look too early.
    this.aedes.authorizePublish = (client, packet, done) => {
      authorizePublish(client, packet, (error) => {
        if (!error && client) this.#take(packet);
        done(error);
      });
    };
    this.aedes.on("clientReady", () => this.#tell());
    this.aedes.on("clientDisconnect", () => this.#tell());
  }

  #take({ topic, payload, retain, dup }: PublishPacket): void {
    const bytes = Buffer.from(payload);
    this.taken.push({ topic, text: bytes.toString(), payload: bytes, retain, dup });
    this.#tell();
  }

  #tell(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const resolve of waiting) resolve();
  }
}
