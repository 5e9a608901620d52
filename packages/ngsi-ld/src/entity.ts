/** Any value JSON can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A measurement or a fact. `value` is never null: a missing value has no Property. */
export interface Property {
  readonly type: "Property";
  readonly value: JsonValue;
  /** UN/CEFACT Recommendation 20 common code, such as `CEL`. */
  readonly unitCode?: string;
  /** ISO 8601 UTC with milliseconds, such as `2011-10-31T13:24:24.000Z`. */
  readonly observedAt?: string;
}

/** A GeoJSON Point: longitude, latitude in WGS 84 degrees, then altitude in metres where known. */
export interface Point {
  readonly type: "Point";
  readonly coordinates: readonly number[];
}

/** A place, as GeoJSON. */
export interface GeoProperty {
  readonly type: "GeoProperty";
  readonly value: Point | { readonly type: string; readonly coordinates: readonly unknown[] };
  readonly observedAt?: string;
}

/** A link to one entity or several, by id. */
export interface Relationship {
  readonly type: "Relationship";
  readonly object: string | readonly string[];
  readonly observedAt?: string;
}

export type Attribute = Property | GeoProperty | Relationship;

/** URLs of contexts, or contexts written in place; a later one overrides an earlier one. */
export type LdContext = string | object | readonly (string | object)[];

/**
 * A normalized NGSI-LD entity: besides `id`, `type` and `@context` each member is an attribute.
 *
 * @see ETSI GS CIM 009, clause 4.5.1
 */
export interface Entity {
  readonly id: string;
  readonly type: string;
  readonly "@context"?: LdContext;
  readonly [attribute: string]: Attribute | readonly Attribute[] | string | LdContext | undefined;
}
