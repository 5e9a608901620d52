/** How an API is asked: a Bollard bridge's, or NGSI-LD's own. */
export interface Dialect {
  readonly name: "bollard" | "ngsi-ld";
  /** Path of the latest entities of some types, below the API's address. */
  entities(types: readonly string[], limit: number): string;
  types(): string;
  byId(id: string): string;
  withAttribute(types: readonly string[], attribute: string): string;
  inBox(types: readonly string[], box: Box): string;
  between(entity: { readonly id: string; readonly type: string }, from: string, to: string): string;
  /** A question that there is not. */
  readonly mistake: string;
}

/** West, south, east, north in WGS 84 degrees. */
export type Box = readonly [west: number, south: number, east: number, north: number];

/** A Bollard bridge, at `…/v1`. */
export const bollardDialect: Dialect = {
  name: "bollard",
  entities: (types, limit) => `entities?type=${types.join(",")}&limit=${limit}`,
  types: () => "types",
  byId: (id) => `entities/${encodeURIComponent(id)}`,
  withAttribute: (types, attribute) =>
    `entities?type=${types.join(",")}&attrs=${attribute}&limit=1000`,
  inBox: (types, box) => `entities?type=${types.join(",")}&bbox=${box.join(",")}&limit=1000`,
  between: ({ id }, from, to) =>
    `history?id=${encodeURIComponent(id)}&from=${from}&to=${to}&limit=1000`,
  mistake: "entities?nonsense=1",
};

/** ETSI GS CIM 009, clause 6: a context broker, at `…/ngsi-ld/v1`. */
export const ngsiLdDialect: Dialect = {
  name: "ngsi-ld",
  entities: (types, limit) => `entities?type=${types.join(",")}&limit=${Math.min(limit, 100)}`,
  types: () => "types",
  byId: (id) => `entities/${encodeURIComponent(id)}`,
  withAttribute: (types, attribute) =>
    `entities?type=${types.join(",")}&attrs=${attribute}&limit=100`,
  inBox: (types, [west, south, east, north]) => {
    const ring = [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ];
    const area = encodeURIComponent(JSON.stringify([ring]));
    return `entities?type=${types.join(",")}&georel=within&geometry=Polygon&coordinates=${area}&limit=100`;
  },
  between: ({ id }, from, to) =>
    `temporal/entities/${encodeURIComponent(id)}?timerel=between&timeAt=${from}&endTimeAt=${to}`,
  mistake: "entities?limit=none",
};
