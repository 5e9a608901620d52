import type { SensorSchema } from "@bollard/schema";
import type { GeneratedFile } from "../../generated-file.js";
import type { FilledKitOptions } from "../kit-options.js";
import { type SheetContent, type SheetTable, sheetContent } from "./sheet-content.js";

/** A data sheet as a page of its own, to be printed or sent, and as Markdown. */
export function dataSheet(
  schema: SensorSchema,
  options: FilledKitOptions,
): readonly GeneratedFile[] {
  const content = sheetContent(schema, options);
  return [
    { path: "data-sheet/data-sheet.html", text: toHtml(content) },
    { path: "data-sheet/data-sheet.md", text: toMarkdown(content) },
  ];
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #888; --accent: #0b7a75 }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.5rem }
h1 { font-size: 1.9rem; margin: 0 } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; color: var(--accent) }
.lead { font-size: 1.05rem; margin: .4rem 0 1.6rem; max-width: 46rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; margin: 0 }
dt { color: var(--soft) } dd { margin: 0 }
table { border-collapse: collapse; width: 100%; font-size: .92rem }
th, td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line) }
th { font-weight: 600; color: var(--soft) }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
p.words { color: var(--soft); margin: 0 0 .6rem; max-width: 46rem }
.scroll { overflow-x: auto }
@media print { body { padding: 0; font-size: 11px } h2 { break-after: avoid } tr { break-inside: avoid } }
`;

function toHtml({ title, description, facts, tables }: SheetContent): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}: data sheet</title>
<style>${STYLE}</style>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(description)}</p>
<dl>
${facts.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join("\n")}
</dl>
${tables.map(tableHtml).join("\n")}
</html>
`;
}

function tableHtml({ title, words, columns, rows }: SheetTable): string {
  const isNumber = columns.map((_, index) =>
    rows.every((row) => /^[\d.]+( ms)?$/.test(row[index] ?? "")),
  );
  const cell = (tag: string, text: string, index: number) =>
    `<${tag}${isNumber[index] ? ' class="number"' : ""}>${escapeHtml(text)}</${tag}>`;
  const line = (tag: string, cells: readonly string[]) =>
    `<tr>${cells.map((text, index) => cell(tag, text, index)).join("")}</tr>`;
  return [
    `<h2>${escapeHtml(title)}</h2>`,
    ...(words ? [`<p class="words">${escapeHtml(words)}</p>`] : []),
    `<div class="scroll"><table>`,
    `<thead>${line("th", columns)}</thead>`,
    `<tbody>${rows.map((row) => line("td", row)).join("\n")}</tbody>`,
    "</table></div>",
  ].join("\n");
}

function toMarkdown({ title, description, facts, tables }: SheetContent): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const table = (columns: readonly string[], rows: readonly (readonly string[])[]) =>
    [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
  return `${[
    `# ${title}`,
    description,
    table(["", ""], facts),
    ...tables.flatMap(({ title, words, columns, rows }) => [
      `## ${title}`,
      ...(words ? [words] : []),
      table(columns, rows),
    ]),
  ].join("\n\n")}\n`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
