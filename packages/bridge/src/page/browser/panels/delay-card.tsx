import type { DeliveryStatus } from "../../api-types.js";
import { formatDelay } from "../text/relative-time.js";

const LEAST_MS = 1;
const DECADES = 5;
const ticks = ["1 ms", "10 ms", "0.1 s", "1 s", "10 s", "100 s"];

/** How long a reading takes from its node to the far end: percentiles on a log axis. */
export function DelayCard({ latency }: { readonly latency: DeliveryStatus["latencyMs"] }) {
  return (
    <section class="card" aria-labelledby="delay">
      <h2 id="delay">Delay, node to city</h2>
      {latency ? (
        <>
          <p class="card-figures">
            <span title="Half of the readings are faster">
              <strong>{formatDelay(latency.p50)}</strong> <i class="key key-p50" /> p50
            </span>
            <span title="99 of 100 readings are faster">
              <strong>{formatDelay(latency.p99)}</strong> <i class="key key-p99" /> p99
            </span>
          </p>
          <DelayAxis p50={latency.p50} p99={latency.p99} />
        </>
      ) : (
        <p class="empty">No delay is measured: nothing at the far end reports back.</p>
      )}
    </section>
  );
}

function DelayAxis({ p50, p99 }: { readonly p50: number; readonly p99: number }) {
  return (
    <div class="delay">
      <svg width="100%" height="58" aria-hidden="true">
        {ticks.map((tick, index) => (
          <g key={tick}>
            <line class="delay-tick" x1={at(index)} x2={at(index)} y1="8" y2="36" />
            <text x={at(index)} y="54" text-anchor="middle">
              {tick}
            </text>
          </g>
        ))}
        <line class="delay-axis" x1={at(0)} x2={at(DECADES)} y1="22" y2="22" />
        <line class="delay-span" x1={at(decadeOf(p50))} x2={at(decadeOf(p99))} y1="22" y2="22" />
        <circle class="delay-p50" cx={at(decadeOf(p50))} cy="22" r="6" />
        <svg class="delay-p99" x={at(decadeOf(p99))} y="22" overflow="visible" aria-hidden="true">
          <path d="M0-7l7 7l-7 7l-7-7z" />
        </svg>
      </svg>
    </div>
  );
}

/** The share of the axis, with room for the marks at both ends. */
function at(decade: number): string {
  return `${(6 + (decade / DECADES) * 87).toFixed(2)}%`;
}

function decadeOf(delayMs: number): number {
  return Math.min(DECADES, Math.max(0, Math.log10(Math.max(delayMs, LEAST_MS) / LEAST_MS)));
}
