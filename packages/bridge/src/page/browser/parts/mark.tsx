/** What a mark stands for. Each has a shape of its own, so colour is never alone. */
export type MarkKind =
  | "fresh"
  | "stale"
  | "up"
  | "connecting"
  | "down"
  | "well"
  | "draining"
  | "holding"
  | "failing";

const shapes: Record<MarkKind, string> = {
  fresh: "M8 3a5 5 0 1 1 0 10a5 5 0 0 1 0-10z",
  stale: "M8 2.5l5.5 5.5L8 13.5L2.5 8z",
  up: "M8 3a5 5 0 1 1 0 10a5 5 0 0 1 0-10z",
  connecting: "M8 3a5 5 0 1 1-5 5",
  down: "M4 4l8 8M12 4l-8 8",
  well: "M3 8.5l3.5 3.5L13 4.5",
  draining: "M8 2.5v10M4 9l4 4l4-4",
  holding: "M5.5 3.5v9M10.5 3.5v9",
  failing: "M8 2.5v7M8 12.5v1",
};

/** A small drawn mark. It is decoration: the word beside it says the same. */
export function Mark({ kind }: { readonly kind: MarkKind }) {
  return (
    <svg class={`mark mark-${kind}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={shapes[kind]} />
    </svg>
  );
}
