/** Why a broker refused one entity, in its own words. */
export interface Refusal {
  /** HTTP status of the answer or of the entry for this entity; 0 where it gave none. */
  readonly status: number;
  /** The last part of the problem's type, such as `BadRequestData`; empty where it gave none. */
  readonly type: string;
  readonly message: string;
}

/** Longest message kept, in characters. */
const maxMessage = 500;

/**
 * Reads a problem document in any of the shapes brokers use, also plain text.
 *
 * @see RFC 9457; ETSI GS CIM 009, clause 5.5.3
 */
export function readProblem(status: number, body: unknown): Refusal {
  if (typeof body === "string") return { status, type: "", message: cut(body) };
  if (typeof body !== "object" || body === null) return { status, type: "", message: "" };
  const { type, title, detail, error, message, status: own } = body as Record<string, unknown>;
  const isProblem = title !== undefined || detail !== undefined || type !== undefined;
  if (!isProblem && error !== undefined) return readProblem(status, error);
  const told = [title, detail, message].filter((part) => part !== undefined && part !== "");
  return {
    status: typeof own === "number" ? own : status,
    type: typeof type === "string" ? type.slice(type.search(/[^/#:]*$/)) : "",
    message: cut(
      told.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join(": "),
    ),
  };
}

/** The parsed JSON of a body, or the body itself where it is none. */
export function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function cut(text: string): string {
  return text.length > maxMessage ? `${text.slice(0, maxMessage)} …` : text;
}
