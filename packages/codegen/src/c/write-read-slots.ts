import type { CModel, CSlot } from "./c-model.js";
import { type CText, comment, indent, unsigned } from "./c-text.js";
import { formatHow, howOf } from "./how-bits.js";

/** The bits that reading knows; the others are rules for what is written. */
const readBits = 0x01 | 0x02 | 0x10 | 0x20 | 0x40;

function line(slot: CSlot, struct: string): string {
  const { low, last, bits, count, member, field } = slot;
  const columns = [
    unsigned(low < 0 ? low + 2 ** 32 : low),
    unsigned(last),
    unsigned(field.bit),
    `offsetof(${struct}, ${member})`,
    `${bits}U`,
    `${count}U`,
    formatHow(howOf(slot) & readBits),
  ];
  return `{${columns.join(", ")}},`;
}

/** The table by which the fields of a reading or of a command are read. */
export function readSlots(model: CModel, struct: string, table: string): CText {
  return [
    ...comment("Least stored, highest step, bit of the mask, place, bits, array length, how."),
    `static const bollard_slot_t ${table}[${model.slots.length}] BOLLARD_FLASH = {`,
    ...indent(model.slots.map((slot) => line(slot, struct))),
    "};",
    "",
  ];
}
