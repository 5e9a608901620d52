import { formatAge, formatExactTime } from "../text/relative-time.js";

/** How long ago something was; the exact time on hover. */
export function TimeAgo({ time, nowMs }: { readonly time: string; readonly nowMs: number }) {
  return (
    <time dateTime={time} title={formatExactTime(time)}>
      {formatAge(nowMs - Date.parse(time))}
    </time>
  );
}
