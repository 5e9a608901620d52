import type { ServerResponse } from "node:http";

/** One thing to go wrong with the next request. */
export type BrokerFault =
  /** The connection breaks without an answer. */
  | { readonly kind: "reset" }
  /** No answer comes, ever. */
  | { readonly kind: "hang" }
  /** The request is done, and the answer comes late, in milliseconds. */
  | { readonly kind: "late"; readonly ms: number }
  /** The request is done, and the connection breaks before the answer. */
  | { readonly kind: "lost" }
  /** This answer in place of the work. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    };

/** What a broker says to one request. */
export interface BrokerAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Answers as the fault wants; `work` does what the request asks. */
export async function answerWith(
  fault: BrokerFault | undefined,
  response: ServerResponse,
  work: () => BrokerAnswer,
): Promise<void> {
  switch (fault?.kind) {
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "hang":
      return;
    case "lost":
      work();
      response.socket?.resetAndDestroy();
      return;
    case "late": {
      const answer = work();
      await new Promise((resolve) => setTimeout(resolve, fault.ms));
      write(response, answer);
      return;
    }
    case "answer":
      write(response, fault);
      return;
    default:
      write(response, work());
  }
}

function write(response: ServerResponse, { status, headers = {}, body }: BrokerAnswer): void {
  const isText = typeof body === "string";
  const type = isText ? "text/html" : "application/json";
  response.writeHead(status, body === undefined ? headers : { "Content-Type": type, ...headers });
  response.end(body === undefined || isText ? body : JSON.stringify(body));
}
