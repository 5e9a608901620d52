import { commandSchema, layoutOf } from "@bollard/payload";
import { layoutFingerprint, type SensorSchema } from "@bollard/schema";

/** What a decoder has to know of one number of a row: docs/payload-format.md, sections 3 and 7.6. */
export interface SlotTable {
  readonly last: number;
  /** `[m, r, scale]`; absent for a name. */
  readonly steps?: readonly [min: number, resolution: number, scale: number];
  readonly mean?: number;
  /** A counter's increment at first; null for what is none. */
  readonly increment?: number | null;
  /** 1 continues, 0 stays, -1 returns. */
  readonly trend?: -1 | 0 | 1;
  /** 1 or -1 by its sign; 0 follows nothing. */
  readonly follows?: -1 | 0 | 1;
  readonly shift?: number;
}

/** One field of a row. */
export interface FieldTable {
  readonly name: string;
  readonly kind: string;
  readonly optional: boolean;
  /** Of an enum or flags. */
  readonly names?: readonly string[];
  readonly slots: readonly SlotTable[];
}

/** A schema as a decoder's table has it, whatever its language. */
export interface DecoderTable {
  readonly name: string;
  readonly id: number;
  readonly fingerprint: string;
  /** Seconds; null for none. */
  readonly interval: number | null;
  readonly fields: readonly FieldTable[];
}

const TRENDS = { returns: -1, stays: 0, continues: 1 } as const;

/** The table of a schema. */
export function decoderTable(schema: SensorSchema): DecoderTable {
  const { name, id, reportInterval = null } = schema;
  const { fields, slots } = layoutOf(schema);
  return {
    name,
    id,
    fingerprint: layoutFingerprint(schema),
    interval: reportInterval,
    fields: fields.map(({ field, slot, slotCount }) => ({
      name: field.name,
      kind: field.kind,
      optional: field.optional,
      ...(field.kind === "enum" && { names: field.values }),
      ...(field.kind === "flags" && { names: field.flags }),
      slots: slots.slice(slot, slot + slotCount).map(({ last, steps, model }): SlotTable => {
        if (!steps || !model) return { last };
        const { follow } = model;
        return {
          last,
          steps: [steps.min, steps.resolution, steps.scale],
          mean: model.mean,
          increment: model.increment ?? null,
          trend: TRENDS[model.trend],
          follows: follow === undefined ? 0 : follow.negative ? -1 : 1,
          shift: follow?.shift ?? 0,
        };
      }),
    })),
  };
}

/** The tables of a schema's commands, by name. */
export function commandTables(schema: SensorSchema): readonly DecoderTable[] {
  return schema.commands.flatMap(({ name }) => {
    const command = commandSchema(schema, name);
    return command ? [decoderTable(command)] : [];
  });
}
