import { NgsiLdError } from "./error.js";
import { modelOf } from "./models.js";
import { readStandard, standard, standardsIndex } from "./standards.js";

/** The NGSI-LD core context 1.8: it comes last, so that no model can change a core term. */
export const coreContext = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld";

/** A context shipped with this package, as published. */
export interface PinnedContext {
  readonly url: string;
  /** A file name for serving it, such as `dataModel.Environment.jsonld`. */
  readonly name: string;
  /** The file's text, for an HTTP answer of type `application/ld+json`. */
  readonly text: string;
  readonly document: object;
}

/** The URLs of all contexts shipped. */
export function pinnedContexts(): readonly string[] {
  return Object.keys(standardsIndex().contexts);
}

/** The shipped copy of a context, or undefined for a URL that is not shipped. */
export function pinnedContext(url: string): PinnedContext | undefined {
  const path = standardsIndex().contexts[url];
  if (path === undefined) return undefined;
  return { url, name: nameOf(url), text: readStandard(path), document: standard(path) };
}

/** Where an entity's contexts come from. */
export interface ContextOptions {
  /** URLs of your own contexts for terms no model has. They come first, so a model's terms win. */
  readonly extra?: readonly string[];
  /**
   * A base URL under which you serve the shipped contexts by {@link PinnedContext.name}, for brokers
   * without a way out. The core context keeps its own URL: every broker has it built in.
   * Default: the URLs of the Smart Data Models.
   */
  readonly servedAt?: string;
}

/**
 * The `@context` of an entity: your own contexts, the model's, the core context last.
 *
 * @throws NgsiLdError `NGSI_LD_UNKNOWN_MODEL` for a type that is not shipped, when `extra` is empty
 */
export function contextsFor(type: string, options: ContextOptions = {}): readonly string[] {
  const { extra = [], servedAt } = options;
  const model = modelOf(type);
  if (!model && extra.length === 0) {
    throw new NgsiLdError(
      "NGSI_LD_UNKNOWN_MODEL",
      type,
      `no context is shipped for the type "${type}"; give one of your own`,
    );
  }
  if (!model) return [...extra, coreContext];
  const url = modelContext(model.subject);
  return [...extra, servedAt === undefined ? url : servedUrl(url, servedAt), coreContext];
}

/** Each shipped model context under the URL you serve it at, for `EntityGates`. */
export function servedContexts(servedAt: string): Readonly<Record<string, object>> {
  const served: Record<string, object> = {};
  for (const [url, path] of Object.entries(standardsIndex().contexts)) {
    if (url !== coreContext) served[servedUrl(url, servedAt)] = standard(path);
  }
  return served;
}

function modelContext(subject: string): string {
  return `https://raw.githubusercontent.com/smart-data-models/${subject}/master/context.jsonld`;
}

function servedUrl(url: string, servedAt: string): string {
  return `${servedAt.replace(/\/?$/, "/")}${nameOf(url)}`;
}

function nameOf(url: string): string {
  const subject = /\/(dataModel\.[A-Za-z-]+)\//.exec(url)?.[1];
  return subject === undefined ? url.slice(url.lastIndexOf("/") + 1) : `${subject}.jsonld`;
}
