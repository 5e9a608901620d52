import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { useSize } from "../parts/use-size.js";
import { createPlot, type PlotCursor } from "./create-plot.js";

/** The plot itself. It is drawn anew for other series and for the other colour scheme. */
export function LinePlot(props: {
  readonly data: uPlot.AlignedData;
  readonly slots: readonly number[];
  readonly range: [from: number, to: number];
  readonly label: string;
  readonly onCursor: (cursor: PlotCursor | undefined) => void;
}) {
  const { data, slots, range, label, onCursor } = props;
  const [box, { width }] = useSize<HTMLDivElement>();
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef({ data, range, onCursor });
  latest.current = { data, range, onCursor };
  const look = slots.join();

  // The array is new at each drawing; `look` says when the series changed.
  useLayoutEffect(() => {
    const target = box.current;
    if (!target) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = createPlot({
        target,
        slots,
        range: () => latest.current.range,
        onCursor: (cursor) => latest.current.onCursor(cursor),
      });
      plot.current.setData(latest.current.data);
    };
    draw();
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", draw);
    return () => {
      scheme.removeEventListener("change", draw);
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [look]);

  useEffect(() => {
    if (width > 0) plot.current?.setSize({ width, height: plot.current.height });
  }, [width]);

  useEffect(() => {
    // A plot just made for other series has its data already.
    if (data.length === slots.length + 1) plot.current?.setData(data);
  }, [data, range[0], range[1]]);

  return <div class="plot-canvas" ref={box} role="img" aria-label={label} />;
}
