/** What came of a message. */
export type PostOutcome =
  | { readonly kind: "taken" }
  /** The receiver will never take it; another may be taken all the same. */
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string; readonly retryAfterMs: number };

/** One message. */
export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  /** Ends it early, as a failure. */
  readonly signal: AbortSignal;
}

/** Answers that say that the message itself is wrong. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 415, 422]);
const MOST_WAIT_MS = 3_600_000;

/** Sends a message. Never rejects. Where it is sent on to another address, that is a failure. */
export async function postMessage(post: Post): Promise<PostOutcome> {
  const { url, headers, body, timeoutMs, signal } = post;
  try {
    const response = await fetch(url, {
      ...{ method: "POST", headers, body, redirect: "manual" },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    // What it says beside its status is of no interest, and may be long.
    await response.body?.cancel();
    const { status } = response;
    if (response.ok) return { kind: "taken" };
    const reason = `answered ${status}`;
    if (REFUSALS.has(status)) return { kind: "refused", reason };
    return { kind: "failed", reason, retryAfterMs: waitOf(response.headers.get("retry-after")) };
  } catch (error) {
    return { kind: "failed", reason: reasonOf(error, timeoutMs), retryAfterMs: 0 };
  }
}

/** Only seconds: a date depends on two clocks. */
function waitOf(header: string | null): number {
  const seconds = /^\d{1,6}$/.test(header ?? "") ? Number(header) : 0;
  return Math.min(seconds * 1000, MOST_WAIT_MS);
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${timeoutMs} ms`;
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}
