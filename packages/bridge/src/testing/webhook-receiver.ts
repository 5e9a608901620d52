import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A message as it came. */
export interface ReceivedMessage {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly type: string; readonly timestamp: string; readonly data: Data };
  /** Whether one of its signatures is by the secret. */
  readonly isSigned: boolean;
}

type Data = readonly { readonly id: string; readonly [name: string]: unknown }[];

/** What is answered: a status, `hang` for nothing, `reset` for a connection that breaks. */
type Answer = number | "hang" | "reset" | { readonly status: number; readonly retryAfterS: number };

/** Takes webhooks as a subscriber does that knows the secret. */
export class WebhookReceiver {
  readonly received: ReceivedMessage[] = [];
  /** Answers in place of 204, the next one first. */
  readonly answers: Answer[] = [];
  /** Ids of entities that no message may hold: it is answered 422. */
  readonly poison = new Set<string>();
  readonly #server: Server;
  #waiting: (() => void)[] = [];

  private constructor(secret: string) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const { headers } = request;
        const id = String(headers["webhook-id"]);
        const signed = `${id}.${headers["webhook-timestamp"]}.${text}`;
        const signature = `v1,${createHmac("sha256", secret).update(signed).digest("base64")}`;
        const isSigned = String(headers["webhook-signature"]).split(" ").includes(signature);
        const body = JSON.parse(text);
        this.received.push({ id, headers, body, isSigned });
        const isPoisoned = (body.data as Data).some((one) => this.poison.has(one.id));
        const answer = this.answers.shift() ?? (isPoisoned ? 422 : 204);
        if (answer === "reset") request.socket.destroy();
        else if (typeof answer === "object") {
          response.writeHead(answer.status, { "retry-after": String(answer.retryAfterS) }).end();
        } else if (answer !== "hang") response.writeHead(answer).end();
        for (const wake of this.#waiting.splice(0)) wake();
      });
    });
  }

  static async open(secret: string): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(secret);
    await new Promise<void>((resolve) => receiver.#server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** Resolves once so many messages have come. */
  async until(count: number): Promise<void> {
    while (this.received.length < count) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
