import { useCallback } from "preact/hooks";
import type { CursorView, SpoolView } from "../../detail-types.js";
import { Bar } from "../parts/bar.js";
import { Fact } from "../parts/fact.js";
import { StateWord } from "../parts/state-word.js";
import { usePolled } from "../parts/use-polled.js";
import { WaitingNote } from "../parts/waiting-note.js";
import type { StreetApi } from "../street/street-api.js";
import { formatBytes } from "../text/format-bytes.js";
import { formatCount } from "../text/format-number.js";
import { formatShare } from "../text/format-share.js";
import { formatDelay } from "../text/relative-time.js";

const EVERY_MS = 1000;
const policies: Record<SpoolView["whenFull"], string> = {
  "drop-oldest": "the oldest entries are dropped, and counted",
  thin: "older entries are thinned, and counted",
  refuse: "nothing more is taken, and the nodes keep it",
};

/** The log on disk: how full it is, what it costs the disk, and where each sink is in it. */
export function SpoolPanel({ api }: { readonly api: StreetApi }) {
  const { answer: spool, failed } = usePolled(
    useCallback(() => api.spool(), [api]),
    EVERY_MS,
  );
  return (
    <section aria-labelledby="spool-view">
      <h1 id="spool-view">Spool</h1>
      {!spool && <WaitingNote failed={failed} />}
      {spool && (
        <div class="cards">
          <Room spool={spool} />
          <Wear spool={spool} />
          <Places spool={spool} />
        </div>
      )}
    </section>
  );
}

function Room({ spool }: { readonly spool: SpoolView }) {
  const { state, error, backlog, history, oldest, last, durable } = spool;
  return (
    <article class="panel detail-card">
      <div class="panel-head">
        <h2>Room on disk</h2>
        <StateWord kind={state === "ok" ? "up" : "down"} word={state} />
      </div>
      {error && <p class="last-error">{error}</p>}
      <Bound title="Backlog" of={backlog} />
      <p class="quiet">At its bound {policies[spool.whenFull]}.</p>
      <Bound title="History" of={history} />
      <p class="quiet">Kept for at most {history.maxDays} days after every sink has had it.</p>
      <dl class="facts">
        <Fact name="Entries" title={`Positions ${oldest} to ${last}`}>
          {formatCount(Math.max(0, last - oldest + 1))}
        </Fact>
        <Fact name="Not on disk yet">
          {formatCount(last - durable)} ({formatBytes(spool.pendingBytes)})
        </Fact>
        <Fact name="On disk within">{formatDelay(Math.max(1, spool.commitDelayMs))}</Fact>
        <Fact name="Segments">
          {formatCount(spool.segments)}, {formatCount(spool.spareFiles)} spare
        </Fact>
        <Fact name="Refused" title="Messages that were not taken, and not acknowledged">
          {formatCount(spool.refused)}
        </Fact>
      </dl>
    </article>
  );
}

function Bound(props: {
  readonly title: string;
  readonly of: { readonly bytes: number; readonly maxBytes: number };
}) {
  const { bytes, maxBytes } = props.of;
  const share = maxBytes === 0 ? 0 : bytes / maxBytes;
  return (
    <div class="bound">
      <p>
        {props.title} <strong>{formatShare(share)}</strong>
      </p>
      <Bar share={share} />
      <p class="quiet">
        {formatBytes(bytes)} of {formatBytes(maxBytes)}
      </p>
    </div>
  );
}

/** Flash wears by what is written, so here is what an entry costs it. */
function Wear({ spool }: { readonly spool: SpoolView }) {
  const { entries, prepared, cursors, indexes, syncs } = spool.written;
  const total = entries + prepared + cursors + indexes;
  const each = (bytes: number) => formatBytes(spool.appended === 0 ? 0 : bytes / spool.appended);
  const rows = [
    ["Entries", entries],
    ["New files filled with zeros", prepared],
    ["Places of the sinks", cursors],
    ["Indexes", indexes],
  ] as const;
  return (
    <article class="panel detail-card">
      <h2>Written since the start</h2>
      <p class="card-figures">
        <span>
          <strong>{each(total)}</strong> for each of {formatCount(spool.appended)} entries
        </span>
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Each entry</th>
            <th scope="col">In all</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, bytes]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{each(bytes)}</td>
              <td>{formatBytes(bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">The disk was waited for {formatCount(syncs)} times.</p>
    </article>
  );
}

function Places({ spool }: { readonly spool: SpoolView }) {
  return (
    <article class="panel detail-card">
      <h2>Where the sinks are</h2>
      {spool.cursors.length === 0 && <p class="empty">No sink reads the spool.</p>}
      {spool.cursors.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Sink</th>
              <th scope="col">Waiting</th>
              <th scope="col">Never delivered</th>
            </tr>
          </thead>
          <tbody>
            {spool.cursors.map((cursor) => (
              <tr key={cursor.name}>
                <th scope="row" title={`Position ${cursor.position}`}>
                  {cursor.name}
                  {cursor.isLoose && <em> too far behind</em>}
                </th>
                <td>{formatCount(cursor.backlog)}</td>
                <td>{lossOf(cursor)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </article>
  );
}

function lossOf({ lost }: CursorView): string {
  const reasons = Object.entries(lost).filter(([, count]) => count > 0);
  if (reasons.length === 0) return "0";
  return reasons.map(([reason, count]) => `${formatCount(count)} ${reason}`).join(", ");
}
