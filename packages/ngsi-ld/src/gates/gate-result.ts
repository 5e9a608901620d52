/** `model`: JSON Schema on key-values; `strict`: structure of the normalized form; `expansion`: JSON-LD. */
export type GateName = "model" | "strict" | "expansion";

/** One reason why an entity may not leave. */
export interface GateProblem {
  readonly gate: GateName;
  /** JSON pointer into the entity, such as `/relativeHumidity`; empty for the entity itself. */
  readonly path: string;
  readonly message: string;
}

/** What the gates say of one entity. */
export type GateResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly problems: readonly GateProblem[] };
