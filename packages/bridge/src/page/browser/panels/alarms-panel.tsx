import type { AlarmView } from "../../api-types.js";
import { Mark } from "../parts/mark.js";
import { TimeAgo } from "../parts/time-ago.js";
import { formatCount } from "../text/format-number.js";

const SHOWN = 4;

/** What a person should look at. The newest come first, the others wait behind a line. */
export function AlarmsPanel(props: {
  readonly alarms: readonly AlarmView[];
  readonly nowMs: number;
}) {
  const { alarms, nowMs } = props;
  const rows = alarms.map((alarm) => (
    <li key={alarm.code + alarm.place}>
      <Mark kind="failing" />
      <span>{alarm.message}</span>
      <span class="quiet">
        {alarm.code}
        {alarm.count > 1 && `, ${formatCount(alarm.count)} times`}
        {alarm.since && (
          <>
            , first <TimeAgo time={alarm.since} nowMs={nowMs} />
          </>
        )}
      </span>
    </li>
  ));
  return (
    <section class="panel alarms" aria-labelledby="alarms">
      <h2 id="alarms">To look at</h2>
      <ul>{rows.slice(0, SHOWN)}</ul>
      {rows.length > SHOWN && (
        <details>
          <summary>{formatCount(rows.length - SHOWN)} more</summary>
          <ul>{rows.slice(SHOWN)}</ul>
        </details>
      )}
    </section>
  );
}
