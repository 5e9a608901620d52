import type { BridgeStatus } from "../../api-types.js";
import { Bar } from "../parts/bar.js";
import { formatBytes } from "../text/format-bytes.js";
import { formatFigure } from "../text/format-number.js";

/** What one reading costs on its way, beside what the same reading costs as JSON. */
export function BytesCard({ bytes }: { readonly bytes: BridgeStatus["bytes"] }) {
  const { payloadPerReading: payload, jsonPerReading: json } = bytes;
  const most = Math.max(payload, json) || 1;
  const times = payload > 0 ? json / payload : 0;
  return (
    <section class="card" aria-labelledby="bytes">
      <h2 id="bytes">Bytes per reading</h2>
      <p class="card-figures">
        <span>
          <strong>{formatBytes(payload)}</strong>
          {times > 1 && ` ${formatFigure(times)} times smaller`}
        </span>
      </p>
      <dl class="bars">
        <dt>As it came</dt>
        <dd>
          <Bar share={payload / most} />
          <span>{formatBytes(payload)}</span>
        </dd>
        <dt>As JSON</dt>
        <dd>
          <Bar share={json / most} quiet />
          <span>{formatBytes(json)}</span>
        </dd>
      </dl>
    </section>
  );
}
