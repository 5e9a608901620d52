import type { BridgeStatus } from "../../api-types.js";
import type { LinkState } from "../street/street-state.js";
import { formatClock, formatDayAndTime, formatSpan } from "../text/relative-time.js";

/** Since when the bridge is out of reach, and a button to try again. */
export function LostBridge(props: {
  readonly link: LinkState & { readonly kind: "lost" };
  readonly status: BridgeStatus | undefined;
  readonly nowMs: number;
  readonly onRetry: () => void;
}) {
  const { link, status, nowMs, onRetry } = props;
  return (
    <>
      <p class="summary">
        {status ? (
          <>
            Everything below is from{" "}
            <time dateTime={status.now} title={formatDayAndTime(status.now)}>
              {formatClock(status.now)}
            </time>
            , {formatSpan(nowMs - Date.parse(status.now))} ago.
          </>
        ) : (
          "It has not answered yet. Is it running, and is this its address?"
        )}
      </p>
      <p class="retry">
        <button type="button" class="button" onClick={onRetry}>
          Try now
        </button>{" "}
        <span class="quiet">
          {link.retryInS > 0 ? `Trying again in ${link.retryInS} s` : "Trying again now"}
        </span>
      </p>
    </>
  );
}
