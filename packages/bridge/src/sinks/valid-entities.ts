import type { EntityGates } from "@bollard/ngsi-ld";
import type { DeliveredReading } from "../delivery.js";
import type { RegisteredNode } from "../registry/registry.js";
import type { KnownSchema } from "../schema-set.js";
import { type ReadingEntities, toEntities } from "./to-entities.js";

/** The entities of a reading that pass the gates, and in words why others do not. */
export async function validEntities(
  node: RegisteredNode,
  schema: KnownSchema,
  reading: DeliveredReading,
  gates: EntityGates,
): Promise<ReadingEntities> {
  const { entities, refusals } = toEntities(node, schema, reading);
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
