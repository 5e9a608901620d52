import { Mark, type MarkKind } from "./mark.js";

/** A state as a mark and its word. */
export function StateWord({
  kind,
  word = kind,
}: {
  readonly kind: MarkKind;
  readonly word?: string;
}) {
  return (
    <span class={`state state-${kind}`}>
      <Mark kind={kind} />
      {word}
    </span>
  );
}
