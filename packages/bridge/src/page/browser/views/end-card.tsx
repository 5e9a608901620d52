import type { ComponentChildren } from "preact";
import type { EndStatus } from "../../api-types.js";
import { Fact } from "../parts/fact.js";
import { StateWord } from "../parts/state-word.js";
import { TimeAgo } from "../parts/time-ago.js";
import { formatCount } from "../text/format-number.js";
import { formatDelay } from "../text/relative-time.js";
import { shortName } from "../text/short-name.js";

/** A source or a sink: where it goes, what it did, and what went wrong last. */
export function EndCard(props: {
  readonly end: EndStatus;
  readonly nowMs: number;
  readonly children?: ComponentChildren;
}) {
  const { end, nowMs, children } = props;
  const { name, kind, state, detail, messages, errors, retryInMs } = end;
  return (
    <article class="panel detail-card">
      <div class="panel-head">
        <h2 title={name}>{shortName(name)}</h2>
        <StateWord kind={state} />
      </div>
      <p class="path">{detail}</p>
      {children}
      <dl class="facts">
        <Fact name="Kind">{kind}</Fact>
        <Fact name="Messages">{formatCount(messages)}</Fact>
        <Fact name="Errors">{formatCount(errors)}</Fact>
        <TriesAgain retryInMs={retryInMs} />
      </dl>
      <LastError end={end} nowMs={nowMs} />
    </article>
  );
}

/** What went wrong last; nothing where nothing has. */
export function LastError(props: {
  readonly end: Pick<EndStatus, "state" | "lastError">;
  readonly nowMs: number;
}) {
  const { state, lastError } = props.end;
  if (!lastError) return null;
  return (
    <p class={state === "up" ? "quiet" : "last-error"}>
      Last error <TimeAgo time={lastError.at} nowMs={props.nowMs} />: {lastError.message}
    </p>
  );
}

/** A fact where it waits to try again. */
export function TriesAgain({ retryInMs }: { readonly retryInMs: number | undefined }) {
  return (
    <Fact name="Tries again in">
      {retryInMs === undefined ? "" : formatDelay(Math.max(retryInMs, 1))}
    </Fact>
  );
}
