import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { Aedes } from "aedes";

/**
 * An MQTT broker in this process, on loopback, that can be cut off and joined again.
 *
 * Cut, it is a broker whose machine lost its network: connections break, new ones are refused, and
 * what it knew (sessions, retained messages) is still there afterwards.
 */
export class EmbeddedBroker {
  readonly port: number;
  readonly #broker: Aedes;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  private constructor(broker: Aedes, server: Server, port: number) {
    this.#broker = broker;
    this.port = port;
    this.#watch(server);
  }

  /** Opens on `firstPort`, or on the next one that is free. */
  static async open(firstPort: number): Promise<EmbeddedBroker> {
    const broker = await Aedes.createBroker({ concurrency: 1000, queueLimit: 10_000 });
    for (let port = firstPort; ; port++) {
      const server = createServer(broker.handle);
      try {
        await listen(server, port);
        return new EmbeddedBroker(broker, server, port);
      } catch (error) {
        if (!isPortTaken(error) || port - firstPort >= 200) throw error;
      }
    }
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  get isCut(): boolean {
    return this.#server === undefined;
  }

  cut(): void {
    this.#server?.close();
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
  }

  async join(): Promise<void> {
    if (this.#server) return;
    const server = createServer(this.#broker.handle);
    await listen(server, this.port);
    this.#watch(server);
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#broker.close(() => resolve()));
  }

  #watch(server: Server): void {
    this.#server = server;
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen({ port, host: "127.0.0.1" });
  await once(server, "listening");
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}
