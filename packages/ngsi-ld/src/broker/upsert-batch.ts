import type { Entity } from "../entity.js";
import { NgsiLdError, type NgsiLdErrorCode } from "../error.js";
import { brokerError, isAboutContent, retryAfterMs } from "./broker-error.js";
import { accepted, type Delivery, Interruption } from "./delivery.js";
import type { HttpAnswer } from "./http-client.js";
import { parseBody, readProblem } from "./problem-details.js";
import { type BatchAnswer, readBatchAnswer } from "./read-batch-answer.js";

/** Sends one batch upsert; rejects where no answer came. */
export type PostBatch = (batch: readonly Entity[]) => Promise<HttpAnswer>;

/**
 * Upserts one batch and finds out what became of each entity. Where the broker refuses the batch as
 * a whole, its halves are sent, down to the entity that is to blame.
 *
 * @param batch - each id once
 * @throws Interruption where nothing of it got through, and not for what it holds
 * @see ETSI GS CIM 009, clause 5.6.8
 */
export async function upsertBatch(
  batch: readonly Entity[],
  post: PostBatch,
): Promise<readonly Delivery[]> {
  const answer = await post(batch);
  if (answer.status === 201 || answer.status === 204) return batch.map(() => accepted);
  const body = parseBody(answer.body);
  const partly = answer.status === 207 ? readBatchAnswer(body) : undefined;
  if (partly) return await readPartly(batch, partly, post);
  if (!isAboutContent(answer)) {
    const reason = brokerError(answer, "entityOperations/upsert");
    throw new Interruption(reason, retryAfterMs(answer));
  }
  if (batch.length === 1) return [{ state: "refused", refusal: readProblem(answer.status, body) }];
  const middle = Math.ceil(batch.length / 2);
  const first = await upsertPart(batch.slice(0, middle), post);
  return [...first, ...(await upsertPart(batch.slice(middle), post))];
}

async function readPartly(
  batch: readonly Entity[],
  { refused, accepted: done }: BatchAnswer,
  post: PostBatch,
): Promise<readonly Delivery[]> {
  const deliveries: Delivery[] = [];
  for (const entity of batch) {
    const refusal = refused.get(entity.id);
    if (refusal && refusal.status >= 500) {
      const isContext = refusal.type === "LdContextNotAvailable";
      const code = isContext ? "NGSI_LD_BROKER_CONTEXT" : "NGSI_LD_BROKER_BUSY";
      deliveries.push(undelivered(code, entity, refusal.message));
    } else if (refusal) deliveries.push({ state: "refused", refusal });
    else if (!done || done.has(entity.id)) deliveries.push(accepted);
    else if (batch.length > 1) deliveries.push(...(await upsertPart([entity], post)));
    else {
      const message = "a 207 that does not say what became of the entity";
      deliveries.push(undelivered("NGSI_LD_BROKER_ANSWER", entity, message));
    }
  }
  return deliveries;
}

/** A part of a batch: what stops it must not undo what the other part came to. */
async function upsertPart(part: readonly Entity[], post: PostBatch): Promise<readonly Delivery[]> {
  try {
    return await upsertBatch(part, post);
  } catch (error) {
    const { delivery } = Interruption.from(error);
    return part.map(() => delivery);
  }
}

function undelivered(code: NgsiLdErrorCode, entity: Entity, message: string): Delivery {
  const error = new NgsiLdError(code, entity.id, message);
  return { state: "undelivered", error, retryAfterMs: 0 };
}
