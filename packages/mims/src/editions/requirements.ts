import type { Check } from "../checks/check.js";

/** Editions of the MIMs. The number of a MIM alone is ambiguous. */
export type Edition = "v5" | "2024" | "9.0";

/** A row that a compliance table has. */
export interface Requirement {
  /** Of the table, such as `0.1`. */
  readonly id: string;
  readonly label: string;
  /** Requirements of the edition, such as `MIM0 R1.1`. */
  readonly refs: readonly string[];
  /** All of them have to be met. Empty where nobody can look: then `why` says whose it is. */
  readonly checks: readonly Check[];
  /** Who answers it where no check does, and why none can. */
  readonly why?: string;
}
