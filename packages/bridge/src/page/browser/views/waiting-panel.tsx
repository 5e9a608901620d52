import { useCallback, useState } from "preact/hooks";
import type { WaitingView } from "../../detail-types.js";
import { usePolled } from "../parts/use-polled.js";
import type { StreetApi } from "../street/street-api.js";
import { formatCount } from "../text/format-number.js";
import { ApprovalForm } from "./approval-form.js";

const EVERY_MS = 2000;

/** Nodes and schemas that nobody has named yet, whose messages are held; nothing when there are none. */
export function WaitingPanel({ api }: { readonly api: StreetApi }) {
  const { answer: waiting = [], renew } = usePolled(
    useCallback(() => api.waiting(), [api]),
    EVERY_MS,
  );
  const [approved, setApproved] = useState<string>();
  if (waiting.length === 0 && !approved) return null;
  return (
    <section class="panel alarms waiting" aria-labelledby="waiting">
      <h1 id="waiting">Waiting to be known</h1>
      {approved && (
        <p role="status">
          {approved} is in the registry now: what was held of it is on its way to the sinks.
        </p>
      )}
      {waiting.map((one) => (
        <article key={`${one.reason} ${one.detail}`}>
          <p>
            <b>{one.detail}</b> {wordsOf(one)}
          </p>
          {one.reason === "unknown-node" && one.detail !== "*" && (
            <ApprovalForm
              api={api}
              id={one.detail}
              onApproved={(name) => {
                setApproved(name);
                renew();
              }}
            />
          )}
        </article>
      ))}
    </section>
  );
}

function wordsOf({ reason, messages }: WaitingView): string {
  const held = `${formatCount(messages)} ${messages === 1 ? "message is" : "messages are"} held.`;
  if (reason === "unknown-node") return `is a node that is not in the registry; ${held}`;
  return `names a schema that is not configured, or of another layout; ${held}`;
}
