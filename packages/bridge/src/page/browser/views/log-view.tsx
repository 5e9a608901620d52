import { useEffect, useRef, useState } from "preact/hooks";
import type { LogLineView } from "../../detail-types.js";
import { Choice } from "../parts/choice.js";
import type { StreetApi } from "../street/street-api.js";
import { formatCount } from "../text/format-number.js";
import { formatClock, formatExactTime } from "../text/relative-time.js";
import { emptyLog, filterLines, type LogLevelChoice, logLevels, takeLines } from "./log-lines.js";

const EVERY_MS = 1000;
const MOST_SHOWN = 300;

/** The daemon's log as it is written, the newest line first. */
export function LogPanel({ api }: { readonly api: StreetApi }) {
  const [level, setLevel] = useState<LogLevelChoice>("all");
  const [text, setText] = useState("");
  const [paused, setPaused] = useState(false);
  const { log, failed } = useLog(api, paused);
  const lines = filterLines(log.lines, level, text);
  return (
    <section class="panel log" aria-labelledby="log-view">
      <div class="panel-head">
        <h1 id="log-view">Log</h1>
        <button
          type="button"
          class="tool"
          aria-pressed={paused}
          onClick={() => setPaused((before) => !before)}
        >
          {paused ? "Paused: go on" : "Pause"}
        </button>
      </div>
      <div class="list-tools">
        <input
          type="search"
          aria-label="Filter the log"
          placeholder="Filter by words"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Choice label="Level" name="level" options={logLevels} chosen={level} choose={setLevel} />
      </div>
      {log.missed > 0 && (
        <p class="quiet">{formatCount(log.missed)} lines came too fast to be shown here.</p>
      )}
      {lines.length === 0 && (
        <p class="empty" role="status">
          {failed
            ? "The bridge did not answer. It is asked again in a moment."
            : log.lines.length > 0
              ? "No line is like that."
              : "Nothing has been logged here yet. Where a program runs the bridge with a log of its own, look there."}
        </p>
      )}
      <ol class="log-lines">
        {lines.slice(0, MOST_SHOWN).map((line) => (
          <Line key={line.number} line={line} />
        ))}
      </ol>
      {lines.length > MOST_SHOWN && (
        <p class="quiet">
          {formatCount(lines.length - MOST_SHOWN)} older lines are left out; a filter finds them.
        </p>
      )}
    </section>
  );
}

function Line({ line }: { readonly line: LogLineView }) {
  const { at, level, message, fields } = line;
  const told = Object.entries(fields).filter(([, value]) => value !== "");
  const words = told.map(([name, value]) => `${name} ${value}`);
  return (
    <li class={`log-${level}`}>
      <time dateTime={at} title={formatExactTime(at)}>
        {formatClock(at)}
      </time>
      <b>{level}</b>
      <span>
        {message} <span class="quiet">{words.join(" · ")}</span>
      </span>
    </li>
  );
}

/** Asks for what is new while the page is seen and not paused. */
function useLog(api: StreetApi, paused: boolean) {
  const [log, setLog] = useState(emptyLog);
  const [failed, setFailed] = useState(false);
  const last = useRef(0);
  last.current = log.last;
  useEffect(() => {
    if (paused) return undefined;
    let gone = false;
    let timer: ReturnType<typeof setTimeout>;
    const next = async () => {
      if (!document.hidden) {
        try {
          const answer = await api.log(last.current);
          if (!gone) setLog((before) => takeLines(before, answer));
          if (!gone) setFailed(false);
        } catch {
          if (!gone) setFailed(true);
        }
      }
      if (!gone) timer = setTimeout(() => void next(), EVERY_MS);
    };
    void next();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [api, paused]);
  return { log, failed };
}
