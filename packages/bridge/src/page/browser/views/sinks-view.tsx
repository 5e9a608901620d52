import type { BridgeStatus, SinkStatus } from "../../api-types.js";
import { Fact } from "../parts/fact.js";
import { TimeAgo } from "../parts/time-ago.js";
import { WaitingNote } from "../parts/waiting-note.js";
import { formatCount } from "../text/format-number.js";
import { EndCard } from "./end-card.js";

/** Each sink: how far behind it is, and why. */
export function SinksView(props: {
  readonly status: BridgeStatus | undefined;
  readonly nowMs: number;
}) {
  const { status, nowMs } = props;
  return (
    <section aria-labelledby="sinks">
      <h1 id="sinks">Sinks</h1>
      {!status && <WaitingNote failed={false} />}
      {status?.sinks.length === 0 && (
        <p class="empty panel">
          No sink is set up: readings stay in the spool, and go as its history does.
        </p>
      )}
      <div class="cards">
        {status?.sinks.map((sink) => (
          <EndCard key={`${sink.kind} ${sink.name}`} end={sink} nowMs={nowMs}>
            <SinkLag sink={sink} nowMs={nowMs} />
          </EndCard>
        ))}
      </div>
    </section>
  );
}

function SinkLag({ sink, nowMs }: { readonly sink: SinkStatus; readonly nowMs: number }) {
  const { backlog, dropped, oldestAt } = sink;
  return (
    <>
      <p class="card-figures">
        <span>
          <strong>{formatCount(backlog)}</strong> {backlog === 1 ? "entry" : "entries"} waiting
        </span>
      </p>
      <dl class="facts">
        <Fact name="Oldest came">
          {oldestAt === undefined ? "" : <TimeAgo time={oldestAt} nowMs={nowMs} />}
        </Fact>
        <Fact name="Dropped" title="Entries that this sink will never get">
          {formatCount(dropped)}
        </Fact>
      </dl>
    </>
  );
}
