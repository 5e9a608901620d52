import { type Refusal, readProblem } from "./problem-details.js";

/** What a 207 says of each entity. */
export interface BatchAnswer {
  /** By entity id. */
  readonly refused: ReadonlyMap<string, Refusal>;
  /** Ids it names as done; undefined where it names none: then all that are not refused are. */
  readonly accepted: ReadonlySet<string> | undefined;
}

/**
 * Reads the body of a 207 batch answer.
 *
 * The standard has `{"success": [ids], "errors": [{"entityId": id, "error": {…}}]}`. Brokers also say
 * `id` for `entityId`, put the problem's members beside it, or answer with the list of errors alone.
 *
 * @returns undefined for a body that is none of these
 * @see ETSI GS CIM 009, clauses 5.2.16 and 5.2.17
 */
export function readBatchAnswer(body: unknown): BatchAnswer | undefined {
  const { success, errors } = Array.isArray(body)
    ? { success: undefined, errors: body }
    : ((body ?? {}) as { success?: unknown; errors?: unknown });
  if (!Array.isArray(errors) && !Array.isArray(success)) return undefined;
  const refused = new Map<string, Refusal>();
  for (const item of Array.isArray(errors) ? errors : []) {
    if (typeof item !== "object" || item === null) continue;
    const { entityId, id, error, ...rest } = item as Record<string, unknown>;
    const name = typeof entityId === "string" ? entityId : id;
    if (typeof name === "string") refused.set(name, readProblem(207, error ?? rest));
  }
  const accepted = Array.isArray(success) ? new Set(success.map(idOf)) : undefined;
  return { refused, accepted };
}

function idOf(item: unknown): string {
  if (typeof item === "string") return item;
  const { id, entityId } = (item ?? {}) as { id?: unknown; entityId?: unknown };
  return String(id ?? entityId);
}
