/** A plain bar of a share from 0 to 1. The words beside it say how much. */
export function Bar(props: { readonly share: number; readonly quiet?: boolean }) {
  const width = `${Math.min(100, Math.max(0, props.share * 100)).toFixed(2)}%`;
  return (
    <svg class={props.quiet ? "bar bar-quiet" : "bar"} width="100%" height="10" aria-hidden="true">
      <rect class="bar-track" width="100%" height="10" rx="2" />
      <rect class="bar-fill" width={width} height="10" rx="2" />
    </svg>
  );
}
