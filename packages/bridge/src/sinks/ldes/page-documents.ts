import { TIMESTAMP_PATH, VERSION_PATH } from "./to-member.js";

/** A page that is closed for ever. */
export interface ClosedPage {
  readonly number: number;
  /** Earliest and latest time of its members, milliseconds since the Unix epoch. */
  readonly timesMs: readonly [number, number];
}

const context = {
  ldes: "https://w3id.org/ldes#",
  tree: "https://w3id.org/tree#",
  xsd: "http://www.w3.org/2001/XMLSchema#",
};

/** Where the index is, beside the pages. */
export const INDEX_NAME = "index.jsonld";

/** `0000000001.jsonld`. */
export function pageName(number: number): string {
  return `${String(number).padStart(10, "0")}.jsonld`;
}

/**
 * A page: a `tree:Node` of the stream with its members. Addresses are relative, so that pages can be
 * served from any folder.
 *
 * @param members - each as JSON on one line
 * @see https://w3id.org/ldes/specification; https://w3id.org/tree/specification
 */
export function pageDocument(
  number: number,
  members: readonly string[],
  isClosed: boolean,
): string {
  const head = JSON.stringify({
    "@context": context,
    ...streamOf(),
    "tree:view": {
      "@id": pageName(number),
      "@type": "tree:Node",
      ...(isClosed && { "ldes:immutable": true }),
    },
  });
  return `${head.slice(0, -1)},"tree:member":[\n${members.join(",\n")}\n]}\n`;
}

/** The lines of members that a page was made of. */
export function membersInPage(text: string): string[] {
  const [, members = ""] = text.split('"tree:member":[\n');
  const lines = members.slice(0, members.lastIndexOf("\n]}")).split("\n");
  return lines.filter((line) => line !== "").map((line) => line.replace(/,$/, ""));
}

/**
 * The index: the stream's view, which leads to each page; to a closed one with the times between
 * which its members lie, so that a client may pass it over.
 */
export function indexDocument(closed: readonly ClosedPage[], open: number | undefined): string {
  const relations = closed.flatMap(({ number, timesMs: [earliest, latest] }) => [
    relation(number, "tree:GreaterThanOrEqualToRelation", earliest),
    relation(number, "tree:LessThanOrEqualToRelation", latest),
  ]);
  const last =
    open === undefined
      ? []
      : [{ "@type": "tree:Relation", "tree:node": { "@id": pageName(open) } }];
  const view = {
    "@id": INDEX_NAME,
    "@type": "tree:Node",
    "tree:relation": [...relations, ...last],
  };
  return `${JSON.stringify({ "@context": context, ...streamOf(), "tree:view": view })}\n`;
}

function streamOf(): object {
  return {
    "@id": "./",
    "@type": "ldes:EventStream",
    "ldes:timestampPath": { "@id": TIMESTAMP_PATH },
    "ldes:versionOfPath": { "@id": VERSION_PATH },
  };
}

function relation(number: number, type: string, timeMs: number): object {
  return {
    "@type": type,
    "tree:node": { "@id": pageName(number) },
    "tree:path": { "@id": TIMESTAMP_PATH },
    "tree:value": { "@value": new Date(timeMs).toISOString(), "@type": "xsd:dateTime" },
  };
}
