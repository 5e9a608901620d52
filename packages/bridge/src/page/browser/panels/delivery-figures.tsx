import type { BridgeStatus } from "../../api-types.js";
import { formatCount } from "../text/format-number.js";

const NONE = "–";

/**
 * The one figure: readings lost, counted at the far end by key. Where no checker stands there, it
 * is what the bridge itself had to drop.
 */
export function DeliveryFigures({ status }: { readonly status: BridgeStatus | undefined }) {
  const delivery = status?.delivery;
  const count = delivery ? delivery.lost : status?.spool.dropped;
  const counts = delivery
    ? [
        ["delivered", delivery.delivered, "Arrived at the far end, each key counted once."],
        ["held", delivery.held, "On their way: in a node, on the cable or in the spool."],
        ["duplicated", delivery.duplicated, "Arrived once more with a key already delivered."],
      ]
    : status
      ? [
          ["delivered", sum(status.sinks.map(({ messages }) => messages)), "Taken by all sinks."],
          ["held", status.spool.backlog, "In the spool, not yet taken by every sink."],
        ]
      : [];
  return (
    <div class="figures">
      <p class={`figure${count ? " figure-bad" : ""}`}>
        <strong>{count === undefined ? NONE : formatCount(count)}</strong>
        <span class="figure-name">
          {delivery || !status ? "readings lost" : "readings dropped"}
          <small>
            {delivery
              ? `of ${formatCount(delivery.produced)} produced, counted by key at the far end`
              : status
                ? "by this bridge; nothing counts at the far end"
                : ""}
          </small>
        </span>
      </p>
      <dl class="counts">
        {counts.map(([name, value, title]) => (
          <div key={name} title={String(title)}>
            <dt>{name}</dt>
            <dd>{formatCount(Number(value))}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
