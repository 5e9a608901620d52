import type { Compliance, ComplianceRow } from "../run-checks.js";

const editionNames = {
  "9.0": "MIMs Plus 9.0 (2026)",
  "2024": "MIMs Plus, edition of 2024",
  v5: "MIMs Plus v5 (2021/22)",
} as const;

const style = `
:root { color-scheme: light dark; --line: #ccd; --soft: #667; --met: #1b7f3b; --not: #b3261e; --none: #6b6b7b; }
@media (prefers-color-scheme: dark) { :root { --line: #445; --soft: #99a; --met: #6bd58b; --not: #ff8a80; --none: #a0a0b0; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; } p { margin: .3rem 0; color: var(--soft); }
ul.sum { display: flex; flex-wrap: wrap; gap: 1.5rem; padding: 0; list-style: none; margin: 1rem 0; }
ul.sum b { display: block; font-size: 1.6rem; color: CanvasText; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .5rem .6rem; border-top: 1px solid var(--line); }
th { font-weight: 600; border-top: 0; } td:nth-child(1) { white-space: nowrap; }
td.answer { font-weight: 700; text-align: center; } td small { display: block; color: var(--soft); }
.met { color: var(--met); } .not-met { color: var(--not); } .not-checked, .not-applicable { color: var(--none); }
code { font-size: .85em; overflow-wrap: anywhere; }
dl { margin: 0; } dt { color: var(--soft); overflow-wrap: anywhere; } dd { margin: 0 0 .5rem; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } tr { break-inside: avoid; } a { color: inherit; } }
`;

/** The compliance table as a page of its own, to read, to print and to hand over. */
export function formatHtml(compliance: Compliance): string {
  const { edition, checkedAt, deployment, rows } = compliance;
  const name = editionNames[edition];
  const count = (verdict: string) => rows.filter((row) => row.verdict === verdict).length;
  const sums = (["met", "not met", "not applicable", "not checked"] as const)
    .map((verdict) => `<li><b>${count(verdict)}</b>${verdict}</li>`)
    .join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Compliance with ${name}</title>
<style>${style}</style>
</head>
<body>
<h1>Compliance with ${name}</h1>
<p>What was seen at <code>${escaped(deployment)}</code> at ${escaped(checkedAt)}. Nothing is met without evidence.</p>
<ul class="sum">${sums}</ul>
<table>
<thead><tr><th>Row</th><th>Requirement</th><th>Answer</th><th>Evidence</th></tr></thead>
<tbody>
${rows.map(rowHtml).join("\n")}
</tbody>
</table>
<p>Answers: M it meets, N it does not; where evidence says neither, the operator answers. Row labels after the “Procurement Checklist using the MIMs” by Marek Mráz, CC BY 4.0; requirements © Open &amp; Agile Smart Cities.</p>
</body>
</html>
`;
}

function rowHtml({ id, label, refs, answer, verdict, evidence, why }: ComplianceRow): string {
  const seen = evidence.map(
    ({ title, asked, seen: what, verdict: one }) =>
      `<dt>${escaped(title)}<br><code>${escaped(asked)}</code></dt><dd class="${classOf(one)}">${escaped(what)}</dd>`,
  );
  const text = seen.length > 0 ? `<dl>${seen.join("")}</dl>` : escaped(why ?? "");
  return `<tr><td>${escaped(id)}</td><td>${escaped(label)}<small>${escaped(refs.join(", "))}</small></td><td class="answer ${classOf(verdict)}">${answer || "–"}<small>${verdict}</small></td><td>${text}</td></tr>`;
}

function classOf(verdict: string): string {
  return verdict.replace(" ", "-");
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
