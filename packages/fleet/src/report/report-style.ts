/** The report's own style: light or dark as the reader's system is, from a phone's width on. */
export const reportStyle = `
:root {
  color-scheme: light dark;
  --paper: #fbfbfa; --card: #fff; --ink: #1d2125; --soft: #5c6670; --line: #dfe3e6;
  --good: #1a7f4b; --bad: #b3261e; --warn: #8a5a00;
  --one: #0b6bcb; --two: #c2410c; --three: #15803d; --four: #7e22ce;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --card: #1c2024; --ink: #e8eaec; --soft: #a2abb3; --line: #333a40;
    --good: #5ecb8f; --bad: #ff8a80; --warn: #e9b44c;
    --one: #6cb2ff; --two: #ff9d66; --three: #6fd08c; --four: #c9a0ff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1rem; max-width: 76rem; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, sans-serif;
}
h1 { font-size: 1.5rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 0 0 .5rem; }
p { margin: .25rem 0; }
.soft { color: var(--soft); }
.tag {
  display: inline-block; padding: 0 .5em; border: 1px solid var(--line); border-radius: 1em;
  font-size: .85em; color: var(--soft); vertical-align: middle;
}
.verdict { font-size: 1.1rem; margin: .75rem 0; padding: .6rem .8rem; border-left: 4px solid var(--good); background: var(--card); }
.verdict.bad { border-color: var(--bad); }
.verdict.warn { border-color: var(--warn); }
.good { color: var(--good); } .bad-text { color: var(--bad); font-weight: 600; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .5rem; margin: .75rem 0; }
.figure, section { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .75rem; }
.figure b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.figure span { color: var(--soft); font-size: .85rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: .75rem; }
section { margin: .75rem 0; min-width: 0; }
.plots section { margin: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .25rem .5rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
th { color: var(--soft); font-weight: 500; font-size: .85rem; }
pre { overflow-x: auto; margin: .5rem 0 0; font-size: .8rem; }
summary { cursor: pointer; }
.plot { width: 100%; }
.u-legend { font-size: .8rem; text-align: left; }
.u-legend .u-value { font-variant-numeric: tabular-nums; }
@media print { section, .figure { break-inside: avoid; } }
`;
