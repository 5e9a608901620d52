import type { Entity, JsonValue, Property, Relationship } from "@bollard/ngsi-ld";

/** What the owner knows of a thing and no sensor tells, as its entities of one type say it. */
export interface NodeFacts {
  readonly constants: Readonly<Record<string, JsonValue>>;
  /** Links to entities, by id. */
  readonly relationships: Readonly<Record<string, string | readonly string[]>>;
}

const ENTITY_ID = /^urn:ngsi-ld:/;

/** The facts by type, as the registry has them: what is an entity's id, or a list of such, is a link. */
export function nodeFacts(
  given: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): ReadonlyMap<string, NodeFacts> {
  return new Map(
    Object.entries(given).map(([type, attributes]) => {
      const constants: Record<string, JsonValue> = {};
      const relationships: Record<string, string | readonly string[]> = {};
      for (const [name, value] of Object.entries(attributes)) {
        if (isLink(value)) relationships[name] = value;
        else constants[name] = value as JsonValue;
      }
      return [type, { constants, relationships }];
    }),
  );
}

/** An entity that says the facts as well. */
export function withFacts(entity: Entity, facts: NodeFacts | undefined): Entity {
  if (!facts) return entity;
  const { "@context": context, ...attributes } = entity;
  const added: Record<string, Property | Relationship> = {};
  for (const [name, value] of Object.entries(facts.constants)) {
    added[name] = { type: "Property", value };
  }
  for (const [name, object] of Object.entries(facts.relationships)) {
    added[name] = { type: "Relationship", object };
  }
  return {
    ...attributes,
    ...added,
    ...(context !== undefined && { "@context": context }),
  } as Entity;
}

function isLink(value: unknown): value is string | readonly string[] {
  const ids = Array.isArray(value) ? value : [value];
  return ids.length > 0 && ids.every((id) => typeof id === "string" && ENTITY_ID.test(id));
}
