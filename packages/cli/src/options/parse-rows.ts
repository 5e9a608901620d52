import { InvalidArgumentError } from "commander";

/** The counts of readings of `--batch 1,10,60`. */
export function parseRows(text: string): readonly number[] {
  return text.split(",").map((part) => {
    const rows = Number(part);
    if (Number.isInteger(rows) && rows >= 1 && rows <= 255) return rows;
    throw new InvalidArgumentError(`${part || "nothing"} is no count from 1 to 255, such as 60.`);
  });
}
