import { Mark } from "../parts/mark.js";
import type { StreetState } from "../street/street-state.js";

const words = {
  connecting: ["connecting", "Connecting"],
  live: ["up", "Live"],
  busy: ["connecting", "Every 10 s"],
  lost: ["down", "Unreachable"],
} as const;

/** The name, and whether the page hears the bridge. */
export function PageHeader({ link }: { readonly link: StreetState["link"] }) {
  const [mark, word] = words[link.kind];
  return (
    <header class="page-header">
      <p class="brand">
        <img src="icon.svg" alt="" width="28" height="28" />
        Bollard
      </p>
      <p class={`link link-${link.kind}`}>
        <Mark kind={mark} />
        {word}
      </p>
    </header>
  );
}
