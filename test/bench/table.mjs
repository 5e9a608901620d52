/** Rows as a table for people; nothing where there are none. */
export function table(rows) {
  if (rows.length === 0) return "";
  const columns = Object.keys(rows[0]);
  const widths = columns.map((key) =>
    Math.max(key.length, ...rows.map((row) => String(row[key]).length)),
  );
  const line = (cells) => cells.map((cell, i) => String(cell).padStart(widths[i])).join("  ");
  return `${[columns, ...rows.map((row) => columns.map((key) => row[key]))].map(line).join("\n")}\n\n`;
}
