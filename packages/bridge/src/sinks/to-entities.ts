import { type Entity, entityId, type LdContext, toEntity } from "@bollard/ngsi-ld";
import type { DeliveredReading } from "../delivery.js";
import { readingRecords } from "../reading-records.js";
import type { RegisteredNode } from "../registry/registry.js";
import type { KnownSchema } from "../schema-set.js";

/** What became of one reading. */
export interface ReadingEntities {
  readonly entities: readonly Entity[];
  /** Why there is none for a model, in words. */
  readonly refusals: readonly string[];
}

/** What the entities say beside the reading. */
export interface ToEntitiesOptions {
  /** Each entity names the node's Device, which the far end has. Default: false. */
  readonly refDevice?: boolean;
  /** The `@context` of a type. Default: the published ones. */
  readonly contextOf?: (type: string) => LdContext;
}

/**
 * One reading as normalized NGSI-LD entities, one for each model that its schema maps to.
 *
 * A model none of whose fields has a value makes no entity. One that cannot be made is told and does
 * not keep the others back.
 *
 * @param types - models to make an entity for. Default: all
 */
export function toEntities(
  node: RegisteredNode,
  schema: KnownSchema,
  reading: DeliveredReading,
  options: ToEntitiesOptions = {},
  types: Iterable<string> = schema.models.keys(),
): ReadingEntities {
  const baseName = `${node.name}/`;
  const records = readingRecords(node, schema, reading);
  const entities: Entity[] = [];
  const refusals: string[] = [];
  for (const type of types) {
    const properties = schema.models.get(type) ?? {};
    const hasValue = records.some(({ name }) =>
      Object.hasOwn(properties, name.slice(baseName.length)),
    );
    if (!hasValue) continue;
    try {
      entities.push(
        toEntity(records, {
          id: entityId(type, node.name),
          type,
          properties,
          baseName,
          ...(node.position && {
            location: { longitude: node.position[0], latitude: node.position[1] },
          }),
          ...node.facts?.get(type),
          ...(options.refDevice && { refDevice: entityId("Device", node.name) }),
          ...(options.contextOf && { context: options.contextOf(type) }),
        }),
      );
    } catch (error) {
      refusals.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { entities, refusals };
}
