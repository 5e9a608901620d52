import { useMemo, useState } from "preact/hooks";
import type { FieldHistory } from "../../api-types.js";
import { Swatch } from "../parts/swatch.js";
import type { Field } from "../street/fields.js";
import type { StreetApi } from "../street/street-api.js";
import { formatNumber } from "../text/format-number.js";
import { formatClock, formatDayAndTime } from "../text/relative-time.js";
import type { SeriesSlots } from "../view/series-slots.js";
import { type ViewAction, type ViewState, windows } from "../view/view-state.js";
import type { PlotCursor } from "./create-plot.js";
import { LinePlot } from "./line-plot.js";
import { plotData, plotRange, seriesFigures } from "./plot-data.js";
import { useHistories } from "./use-histories.js";

const windowWords: Record<number, string> = {
  60: "1 min",
  300: "5 min",
  900: "15 min",
  3600: "1 h",
};

/** One field of up to six nodes over time, with its figures as a table. */
export function PlotPanel(props: {
  readonly api: StreetApi;
  readonly field: Field;
  readonly names: readonly string[];
  readonly view: ViewState;
  readonly slots: SeriesSlots;
  readonly live: boolean;
  readonly nowMs: number;
  readonly act: (action: ViewAction) => void;
}) {
  const { api, field, names, view, slots, live, nowMs, act } = props;
  const { windowS } = view;
  const [cursor, setCursor] = useState<PlotCursor>();
  const histories = useHistories(api, { names, field: field.name, windowS, live });
  const lines = useMemo(
    () => linesOf(names, histories, slots),
    [names.join("\n"), histories, slots],
  );
  const data = useMemo(() => plotData(lines.map(({ history }) => history)), [lines]);
  const range = plotRange(
    lines.map(({ history }) => history),
    windowS,
    nowMs / 1000,
  );
  const failed = names.filter((name) => histories.get(name) === "failed");
  const hasNumbers = lines.some(({ history }) => history.values.some((value) => value !== null));
  const label = lines.map(({ name, history }) => sentenceOf(name, history, field)).join(" ");
  return (
    <div class="plot">
      <div class="plot-head">
        <h3>
          {field.title}
          {field.unit && <small> in {field.unit}</small>}
        </h3>
        <fieldset class="segments">
          <legend class="unseen">Window of time</legend>
          {windows.map((choice) => (
            <label key={choice}>
              <input
                type="radio"
                name="window"
                checked={choice === windowS}
                onChange={() => act({ kind: "window", windowS: choice })}
              />
              <span>{windowWords[choice]}</span>
            </label>
          ))}
        </fieldset>
      </div>
      <div class="plot-box">
        {hasNumbers ? (
          <LinePlot
            data={data}
            slots={lines.map(({ slot }) => slot)}
            range={range}
            label={label}
            onCursor={setCursor}
          />
        ) : (
          <p class="empty">
            {histories.size === 0 && live
              ? "Reading the history …"
              : failed.length > 0
                ? "The history could not be read. It is asked for again."
                : `No ${field.title} in the last ${windowWords[windowS]}.`}
          </p>
        )}
      </div>
      <table class="plot-table">
        <caption class="unseen">The plotted nodes</caption>
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col" title={cursor && formatDayAndTime(cursor.timeS * 1000)}>
              {cursor ? formatClock(cursor.timeS * 1000) : "Last"}
            </th>
            <th scope="col">Least</th>
            <th scope="col" class="column-mean">
              Mean
            </th>
            <th scope="col">Most</th>
            <th scope="col">
              <span class="unseen">In the plot</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ name, slot, history }, index) => {
            const figures = seriesFigures(history);
            const write = (value: number | null | undefined) =>
              value === null || value === undefined ? "–" : formatNumber(value, field.decimals);
            const pinned = view.pinned.includes(name);
            return (
              <tr key={name}>
                <th scope="row">
                  <Swatch slot={slot} /> <span>{name}</span>
                </th>
                <td>{write(cursor ? cursor.values[index] : figures.last)}</td>
                <td>{write(figures.least)}</td>
                <td class="column-mean">{write(figures.mean)}</td>
                <td>{write(figures.most)}</td>
                <td>
                  {pinned && (
                    <button
                      type="button"
                      class="pin"
                      aria-label={`Take ${name} out of the plot`}
                      title="Take out of the plot"
                      onClick={() => act({ kind: "pin", node: name })}
                    >
                      ×
                    </button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {failed.length > 0 && hasNumbers && (
        <p class="quiet">Could not be read just now: {failed.join(", ")}.</p>
      )}
    </div>
  );
}

interface Line {
  readonly name: string;
  readonly slot: number;
  readonly history: FieldHistory;
}

/** The histories there are, in the order of the names and all in one unit. */
function linesOf(
  names: readonly string[],
  histories: ReadonlyMap<string, FieldHistory | "failed">,
  slots: SeriesSlots,
): Line[] {
  const lines: Line[] = [];
  for (const name of names) {
    const history = histories.get(name);
    const slot = slots.get(name);
    if (!history || history === "failed" || slot === undefined) continue;
    if (lines.every((line) => line.history.unit === history.unit))
      lines.push({ name, slot, history });
  }
  return lines;
}

function sentenceOf(name: string, history: FieldHistory, field: Field): string {
  const { last, least, most } = seriesFigures(history);
  if (last === undefined || least === undefined || most === undefined) return `${name}: no values.`;
  const write = (value: number) => formatNumber(value, field.decimals);
  return `${field.title} of ${name}: from ${write(least)} to ${write(most)}, last ${write(last)} ${field.unit}.`;
}
