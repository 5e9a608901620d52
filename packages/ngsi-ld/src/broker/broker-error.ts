import { NgsiLdError } from "../error.js";
import type { HttpAnswer } from "./http-client.js";
import { parseBody, readProblem } from "./problem-details.js";

/** Types of problem that lie with what we are or ask for, not with one entity. */
const denied = new Set(["NonexistentTenant", "NoMultiTenantSupport"]);

/** True for an answer that is about what was sent: another entity may do better. */
export function isAboutContent(answer: HttpAnswer): boolean {
  return [400, 409, 413, 415, 422].includes(answer.status);
}

/** The error for an answer that is about the broker, the way there or our rights, not one entity. */
export function brokerError(answer: HttpAnswer, place: string): NgsiLdError {
  const { status } = answer;
  const { type, message } = readProblem(status, parseBody(answer.body));
  const said = `${status}${type && ` ${type}`}${message && `: ${message}`}`;
  if (type === "LdContextNotAvailable") {
    return new NgsiLdError("NGSI_LD_BROKER_CONTEXT", place, said);
  }
  if (status === 401 || status === 403 || denied.has(type)) {
    return new NgsiLdError("NGSI_LD_BROKER_DENIED", place, said);
  }
  if (status === 429 || status >= 500) {
    return new NgsiLdError("NGSI_LD_BROKER_BUSY", place, said);
  }
  return new NgsiLdError("NGSI_LD_BROKER_ANSWER", place, said);
}

/** Milliseconds a broker asks to be left alone, from `Retry-After` in seconds; 0 without one. */
export function retryAfterMs(answer: HttpAnswer): number {
  const seconds = Number(answer.headers["retry-after"] ?? 0);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}
