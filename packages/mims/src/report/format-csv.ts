import type { Compliance } from "../run-checks.js";

/** The compliance table as CSV (RFC 4180), with one row a requirement. */
export function formatCsv({ edition, checkedAt, rows }: Compliance): string {
  const head = [
    "edition",
    "id",
    "requirement",
    "references",
    "answer",
    "verdict",
    "evidence",
    "checked at",
  ];
  const lines = rows.map(({ id, label, refs, answer, verdict, evidence, why = "" }) => [
    edition,
    id,
    label,
    refs.join("; "),
    answer,
    verdict,
    evidence.map(({ asked, seen }) => `${asked}: ${seen}`).join(" | ") || why,
    checkedAt,
  ]);
  return [head, ...lines].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

/** What a spreadsheet would take for a formula is text. */
function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
