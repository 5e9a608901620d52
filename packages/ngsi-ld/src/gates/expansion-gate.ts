/// <reference path="./jsonld-bundle.d.ts" />
import type { JsonLdDocument, Options } from "jsonld";
import type { RemoteDocument } from "jsonld/jsonld-spec.js";
import { pinnedContext } from "../contexts.js";
import { NgsiLdError } from "../error.js";
import type { GateProblem } from "./gate-result.js";

const defaultContext = "https://uri.etsi.org/ngsi-ld/default-context/";
const corePattern =
  /^https:\/\/uri\.etsi\.org\/ngsi-ld\/v1\/ngsi-ld-core-context(-v[\d.]+)?\.jsonld$/;

/** What an NGSI-LD term's IRI ends with, and the member it was written as. */
const members: Readonly<Record<string, string>> = {
  hasValue: "value",
  hasObject: "object",
  hasLanguageMap: "languageMap",
  hasVocab: "vocab",
  hasJSON: "json",
  hasValueList: "valueList",
  hasObjectList: "objectList",
};

/**
 * Gate 3: JSON-LD expansion, offline.
 *
 * Every term must have a meaning of its own: none may fall into NGSI-LD's default context, none may
 * be dropped, and the core context comes last so that no model changes a core term. jsonld.js is
 * loaded when the first entity comes.
 *
 * @see ETSI GS CIM 009, clause 4.4; JSON-LD 1.1 Processing Algorithms, section 5.1
 */
export class ExpansionGate {
  readonly #contexts: Readonly<Record<string, object>>;

  /** @param contexts - documents of contexts by URL, besides the shipped ones */
  constructor(contexts: Readonly<Record<string, object>> = {}) {
    this.#contexts = contexts;
  }

  /** The problems of one entity's shape; empty for none. */
  async check(entity: object): Promise<readonly GateProblem[]> {
    const order = checkOrder((entity as { "@context"?: unknown })["@context"]);
    if (order) return [order];
    // Its Node door brings an HTTP client along, which is never asked here: 10 MB of memory.
    const { default: jsonld } = await import("jsonld/dist/jsonld.esm.min.js");
    try {
      const options: Options.Expand & { safe: boolean } = {
        documentLoader: (url) => this.#load(url),
        safe: true,
      };
      const expanded = await jsonld.expand(entity as JsonLdDocument, options);
      const problems: GateProblem[] = [];
      findDefaults(expanded[0], "", problems);
      return problems;
    } catch (error) {
      return [{ gate: "expansion", path: "/@context", message: reasonOf(error) }];
    }
  }

  async #load(url: string): Promise<RemoteDocument> {
    const document = this.#contexts[url] ?? pinnedContext(url)?.document;
    if (document) return { documentUrl: url, document } as RemoteDocument;
    throw new NgsiLdError(
      "NGSI_LD_UNKNOWN_CONTEXT",
      url,
      `the context "${url}" is neither shipped nor given in the options`,
    );
  }
}

function checkOrder(context: unknown): GateProblem | undefined {
  const list = [context].flat();
  const core = list.findIndex((item) => typeof item === "string" && corePattern.test(item));
  if (core !== -1 && core === list.length - 1) return undefined;
  const message =
    core === -1 ? "the core context is missing; put it last" : "the core context must come last";
  return { gate: "expansion", path: "/@context", message };
}

/** Walks the expanded form and tells each term and type that fell into the default context. */
function findDefaults(node: unknown, path: string, problems: GateProblem[]): void {
  if (Array.isArray(node)) {
    for (const item of node) findDefaults(item, path, problems);
  } else if (typeof node === "object" && node !== null) {
    for (const [key, value] of Object.entries(node)) {
      if (key === "@type" || key === "@id") {
        const place = key === "@type" ? `${path}/type` : path;
        for (const iri of [value].flat()) tellDefault(iri, place, problems);
      } else if (!key.startsWith("@")) {
        const term = key.slice(key.search(/[^/#]*$/));
        const below = `${path}/${members[term] ?? term}`;
        tellDefault(key, below, problems);
        findDefaults(value, below, problems);
      } else if (key === "@list" || key === "@set") {
        findDefaults(value, path, problems);
      }
    }
  }
}

function tellDefault(iri: unknown, path: string, problems: GateProblem[]): void {
  if (typeof iri !== "string" || !iri.startsWith(defaultContext)) return;
  const term = iri.slice(defaultContext.length);
  const message = `"${term}" has no meaning in its contexts; give it one in a context of your own`;
  problems.push({ gate: "expansion", path, message });
}

/** The innermost reason: jsonld.js wraps what its document loader and its safe mode say. */
function reasonOf(error: unknown): string {
  const details = (error as { details?: { cause?: unknown; event?: { message?: unknown } } })
    .details;
  if (details?.cause instanceof Error) return reasonOf(details.cause);
  if (typeof details?.event?.message === "string") return details.event.message;
  return error instanceof Error ? error.message : String(error);
}
