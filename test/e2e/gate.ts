import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream";

/**
 * A stretch of network to a broker that a test can cut, mend and make slow. Its own port stays the
 * same.
 */
export class Gate {
  readonly #to: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  /** Bytes a turn of the event loop; the rest waits. */
  #bytesAtOnce = Number.POSITIVE_INFINITY;

  private constructor(to: number) {
    this.#to = to;
  }

  /** @param to - the broker's port on loopback */
  static async open(to: number): Promise<Gate> {
    const gate = new Gate(to);
    await gate.join();
    return gate;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`;
  }

  /** Lets so few bytes through towards the broker at a time. */
  slow(bytesAtOnce: number): void {
    this.#bytesAtOnce = bytesAtOnce;
  }

  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (!server) return;
    server.close();
    await once(server, "close");
  }

  async join(): Promise<void> {
    if (this.#server) return;
    const server = createServer((near) => this.#pass(near));
    server.listen(this.#port, "127.0.0.1");
    await once(server, "listening");
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  #pass(near: Socket): void {
    const far = connect(this.#to, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on("error", () => {});
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
    // Whoever goes takes the other with it, above.
    const noted = () => {};
    pipeline(far, near, noted);
    pipeline(near, (bytes: AsyncIterable<Buffer>) => this.#trickle(bytes), far, noted);
  }

  async *#trickle(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      let start = 0;
      while (chunk.length - start > this.#bytesAtOnce) {
        const end = start + this.#bytesAtOnce;
        yield chunk.subarray(start, end);
        start = end;
        await new Promise((resolve) => setImmediate(resolve));
      }
      yield chunk.subarray(start);
    }
  }
}
