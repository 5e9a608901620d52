import type { BridgeStatus } from "../../api-types.js";
import { formatDayAndTime, formatExactTime, formatSpan } from "../text/relative-time.js";

/** Where the data comes from, and which bridge this is. */
export function PageFooter(props: { readonly status: BridgeStatus; readonly nowMs: number }) {
  const { notice, version, startedAt } = props.status;
  return (
    <footer class="page-footer">
      {notice && <p class="notice">{notice}</p>}
      <p>
        Bollard {version}, running for {formatSpan(props.nowMs - Date.parse(startedAt))}, since{" "}
        <time dateTime={startedAt} title={formatExactTime(startedAt)}>
          {formatDayAndTime(startedAt)}
        </time>
        . Programs read the same at <a href="api/v1/status">api/v1/status</a> and{" "}
        <a href="api/v1/nodes">api/v1/nodes</a>.
      </p>
    </footer>
  );
}
