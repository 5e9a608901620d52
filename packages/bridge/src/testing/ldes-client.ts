import { pinnedContext } from "@bollard/ngsi-ld";
import jsonld from "jsonld";

const TREE = "https://w3id.org/tree#";
const LDES = "https://w3id.org/ldes#";

type Node = Readonly<Record<string, unknown>> & { readonly "@id"?: string };

/** A member, expanded, by its properties' IRIs. */
export type ReadMember = Node;

/**
 * Follows a Linked Data Event Stream as a subscriber does: it reads an immutable page once, another
 * each time it looks, and tells of each member once.
 */
export class LdesClient {
  readonly #index: string;
  readonly #pages = new Set<string>();
  readonly #members = new Set<string>();
  /** Pages fetched so far. */
  fetched = 0;

  constructor(index: string) {
    this.#index = index;
  }

  /** The members that are new since the last call. */
  async look(): Promise<ReadMember[]> {
    const [index] = await this.#fetch(this.#index);
    const view = listOf(index, `${TREE}view`)[0];
    const relations = listOf(view, `${TREE}relation`);
    const pages = new Set(relations.flatMap((one) => listOf(one, `${TREE}node`)[0]?.["@id"] ?? []));
    const fresh: ReadMember[] = [];
    for (const page of pages) {
      if (this.#pages.has(page)) continue;
      this.fetched++;
      const [stream] = await this.#fetch(page);
      const node = listOf(stream, `${TREE}view`)[0];
      if (listOf(node, `${LDES}immutable`).length > 0) this.#pages.add(page);
      for (const member of listOf(stream, `${TREE}member`)) {
        const id = member["@id"] ?? "";
        if (this.#members.has(id)) continue;
        this.#members.add(id);
        fresh.push(member);
      }
    }
    return fresh;
  }

  async #fetch(url: string): Promise<Node[]> {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    const expanded = await jsonld.expand((await response.json()) as jsonld.JsonLdDocument, {
      base: url,
      documentLoader: async (address: string) => {
        const context = pinnedContext(address);
        if (!context) throw new Error(`no context is at ${address}`);
        return { documentUrl: address, document: context.document as jsonld.NodeObject };
      },
    });
    return expanded as unknown as Node[];
  }
}

function listOf(node: Node | undefined, property: string): readonly Node[] {
  return (node?.[property] ?? []) as readonly Node[];
}
