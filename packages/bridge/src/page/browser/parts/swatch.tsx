import { seriesDashes } from "../plot/series-dashes.js";

/** A short piece of a series' line, in its colour and its dashes. */
export function Swatch({ slot }: { readonly slot: number }) {
  return (
    <svg
      class="swatch"
      viewBox="0 0 24 8"
      width="24"
      height="8"
      style={{ stroke: `var(--series-${slot})` }}
      aria-hidden="true"
    >
      <line x1="1" x2="23" y1="4" y2="4" stroke-dasharray={seriesDashes[slot]?.join(" ")} />
    </svg>
  );
}
