import type { EntityGates } from "@bollard/ngsi-ld";
import type { DeliveredReading } from "../delivery.js";
import { type EntityFilter, mayBeWanted, wantedTypes } from "../entity-filter.js";
import type { RegisteredNode } from "../registry/registry.js";
import type { KnownSchema } from "../schema-set.js";
import { type ReadingEntities, toEntities } from "./to-entities.js";

const NOTHING: ReadingEntities = { entities: [], refusals: [] };

/**
 * The entities of a reading that are wanted and pass the gates, and in words why others do not pass;
 * with all their attributes, whatever of them is wanted.
 */
export async function validEntities(
  node: RegisteredNode,
  schema: KnownSchema,
  reading: DeliveredReading,
  gates: EntityGates,
  filter: EntityFilter,
): Promise<ReadingEntities> {
  if (!mayBeWanted(filter, node.name, reading.timeS)) return NOTHING;
  const types = wantedTypes(filter, schema.models.keys(), node.name);
  const { entities, refusals } = toEntities(node, schema, reading, {}, types);
  const valid = [];
  const all = [...refusals];
  for (const entity of entities) {
    const result = gates.checkKnown(entity) ?? (await gates.check(entity));
    if (result.ok) valid.push(entity);
    else {
      const [problem] = result.problems;
      all.push(`${entity.id}: ${problem?.gate} gate: ${problem?.path} ${problem?.message}`);
    }
  }
  return { entities: valid, refusals: all };
}
