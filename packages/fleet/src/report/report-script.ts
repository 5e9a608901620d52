/**
 * What draws the report's plots; it runs in the page, after the plot library. `data` is what
 * `plotData` makes.
 */
export const reportScript = `
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colours = ["--one", "--two", "--three", "--four"];
  const plots = [];
  const draw = () => {
    for (const plot of plots.splice(0)) plot.destroy();
    for (const { id, rows, lines, x, y, log } of data) {
      const place = document.getElementById(id);
      const width = place.clientWidth;
      const axis = (label) => ({
        label, stroke: css("--soft"), grid: { stroke: css("--line"), width: 1 },
        ticks: { stroke: css("--line"), width: 1 }, font: "12px system-ui", labelFont: "12px system-ui",
        labelSize: 18,
      });
      const short = (v) => v == null ? "" : Math.abs(v) >= 1e6 ? v / 1e6 + "M" : Math.abs(v) >= 1e4 ? v / 1e3 + "k" : String(+v.toPrecision(4));
      plots.push(new uPlot({
        width, height: Math.max(200, Math.min(280, width * 0.55)),
        scales: { x: { time: false, ...(x.scale === "log" && { distr: 3 }) }, y: log ? { distr: 3 } : { range: (u, least, most) => [0, Math.max(most * 1.05, 1e-6)] } },
        axes: [
          { ...axis(x.label), values: (u, all) => all.map((v) => x.names ? x.names[v] ?? "" : short(v)), ...(x.names && { splits: () => Object.keys(x.names).map(Number) }) },
          { ...axis(y), size: 56, values: (u, all) => all.map(short) },
        ],
        series: [
          { label: x.label, value: (u, v) => v == null ? "–" : x.names ? (x.tell ? (100 - 100 / v).toFixed(3) + " %" : String(v)) : short(v) },
          ...lines.map(({ label, earlier }, index) => ({
            label, stroke: css(earlier ? "--soft" : colours[index % colours.length]), width: 2, spanGaps: true,
            points: { show: rows[0].length < 3 }, ...(earlier && { dash: [6, 4] }),
            value: (u, v) => v == null ? "–" : short(v),
          })),
        ],
      }, rows, place));
    }
  };
  let timer;
  addEventListener("resize", () => { clearTimeout(timer); timer = setTimeout(draw, 100); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
})();
`;
