import type { IncomingHttpHeaders } from "node:http";
import { StrictGate } from "../gates/strict-gate.js";

/** A refusal as a broker words it: RFC 9457 with ETSI's types. */
export interface BrokerProblem {
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly detail?: string;
}

export function problem(status: number, type: string, title: string): BrokerProblem {
  return { status, type: `https://uri.etsi.org/ngsi-ld/errors/${type}`, title };
}

const strict = new StrictGate();

/** The media type of a request, without its parameters. */
export function mediaType(headers: IncomingHttpHeaders): string {
  return (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** Why the form of a request is refused, before its entities are looked at. */
export function formProblem(headers: IncomingHttpHeaders): BrokerProblem | undefined {
  const media = mediaType(headers);
  if (media !== "application/json" && media !== "application/ld+json") {
    return problem(415, "InvalidRequest", `the media type "${media}" is not supported`);
  }
  if (media === "application/ld+json" && linkedContext(headers) !== undefined) {
    return problem(400, "BadRequestData", "a Link header beside application/ld+json");
  }
  return undefined;
}

/** The context a Link header names. */
export function linkedContext(headers: IncomingHttpHeaders): string | undefined {
  const links = [headers.link ?? ""].flat().join(",");
  return /<([^>]+)>[^,]*rel="http:\/\/www\.w3\.org\/ns\/json-ld#context"/.exec(links)?.[1];
}

/** Why the context of an entity is refused; `isKnown` says which URLs this broker can fetch. */
export function contextProblem(
  entity: unknown,
  headers: IncomingHttpHeaders,
  isKnown: (url: string) => boolean,
): BrokerProblem | undefined {
  const inline = (entity as { "@context"?: unknown } | null)?.["@context"];
  const isJson = mediaType(headers) === "application/json";
  if (isJson && inline !== undefined) {
    return problem(400, "BadRequestData", "an @context in application/json");
  }
  if (!isJson && inline === undefined) {
    return problem(400, "BadRequestData", "no @context in application/ld+json");
  }
  const urls = isJson ? [linkedContext(headers)] : [inline].flat();
  const missing = urls.find((url) => typeof url === "string" && !isKnown(url));
  if (missing === undefined) return undefined;
  return problem(503, "LdContextNotAvailable", `the context ${missing} cannot be fetched`);
}

/** Why an entity, normalized or temporal, is refused. */
export function entityProblem(entity: unknown): BrokerProblem | undefined {
  if (typeof entity !== "object" || entity === null || Array.isArray(entity)) {
    return problem(400, "BadRequestData", "an entity must be an object");
  }
  const [first] = strict.check(entity);
  if (first) {
    const { path, message } = first;
    return { ...problem(400, "BadRequestData", `${path} ${message}`.trim()), detail: path };
  }
  if (JSON.stringify(entity).includes('"urn:ngsi-ld:null"')) {
    return problem(400, "BadRequestData", "an NGSI-LD Null deletes; there is nothing yet");
  }
  return undefined;
}
