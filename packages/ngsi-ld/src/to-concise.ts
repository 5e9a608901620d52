/** The concise form of an entity: what a reader can tell from an attribute's shape is left out. */
export interface ConciseEntity {
  readonly id: string;
  readonly type: string | readonly string[];
  readonly [name: string]: unknown;
}

/**
 * The concise form of a normalized entity, its `@context` as it is.
 *
 * An attribute loses its `type`; a Property that is nothing but a value, and a GeoProperty that is
 * nothing but a geometry, becomes just that. `{ type: "Property", value: 21.5, unitCode: "CEL" }`
 * becomes `{ value: 21.5, unitCode: "CEL" }`, and `{ type: "Property", value: "wet" }` becomes `"wet"`.
 *
 * @param entity - normalized; a member that is no attribute object is handed on as it is
 * @see ETSI GS CIM 009, clause 4.5.1
 */
export function toConcise(entity: object): ConciseEntity {
  const result: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(entity)) {
    if (name === "@context") result[name] = member;
    else result[name] = Array.isArray(member) ? member.map(shorten) : shorten(member);
  }
  return result as ConciseEntity;
}

function shorten(attribute: unknown): unknown {
  if (!isObject(attribute) || typeof attribute.type !== "string") return attribute;
  const { type, ...rest } = attribute;
  const isAlone = Object.keys(rest).length === 1 && "value" in rest;
  if (type === "GeoProperty") return isAlone ? rest.value : rest;
  // A bare object could be taken for an attribute.
  if (type === "Property" && isAlone && !isObject(rest.value)) return rest.value;
  return rest;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
