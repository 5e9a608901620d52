import { useCallback } from "preact/hooks";
import type { WaitingView } from "../../detail-types.js";
import { usePolled } from "../parts/use-polled.js";
import type { StreetApi } from "../street/street-api.js";
import { formatCount } from "../text/format-number.js";

const EVERY_MS = 2000;

/** Nodes and schemas that nobody has named yet, whose messages are held; nothing when there are none. */
export function WaitingPanel({ api }: { readonly api: StreetApi }) {
  const { answer: waiting } = usePolled(
    useCallback(() => api.waiting(), [api]),
    EVERY_MS,
  );
  if (!waiting || waiting.length === 0) return null;
  return (
    <section class="panel alarms" aria-labelledby="waiting">
      <h1 id="waiting">Waiting to be known</h1>
      <ul>
        {waiting.map((one) => (
          <li key={`${one.reason} ${one.detail}`}>
            <b>{one.detail}</b>
            <span>{wordsOf(one)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function wordsOf({ reason, messages }: WaitingView): string {
  const held = `${formatCount(messages)} ${messages === 1 ? "message is" : "messages are"} held.`;
  return reason === "unknown-node"
    ? `A node that is not in the registry; ${held}`
    : `A schema that is not configured, or of another layout; ${held}`;
}
