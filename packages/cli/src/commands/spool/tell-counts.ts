import type { ExportCounts } from "@bollard/bridge";
import type { DamageSurvey } from "@bollard/spool";
import type { CliIo } from "../../cli-io.js";

const MOST_REASONS = 10;

/** Says on stderr which entries made no reading, and why. */
export function tellLeftOut(io: CliIo, { leftOut }: ExportCounts): void {
  const reasons = [...leftOut].sort(([, a], [, b]) => b - a);
  for (const [why, count] of reasons.slice(0, MOST_REASONS)) {
    io.stderr.write(`left out: ${count} entries, ${why}\n`);
  }
  if (reasons.length > MOST_REASONS) {
    io.stderr.write(`left out for ${reasons.length - MOST_REASONS} more reasons\n`);
  }
}

/** Notes entries that cannot be read, and says so on stderr at the end. */
export function tellDamage(io: CliIo) {
  const found: DamageSurvey[] = [];
  return {
    note: (damage: DamageSurvey) => {
      found.push(damage);
    },
    tell: () => {
      for (const { file, firstPosition, lastPosition } of found) {
        io.stderr.write(
          `damaged: positions ${firstPosition} to ${lastPosition} of ${file} cannot be read\n`,
        );
      }
    },
  };
}
