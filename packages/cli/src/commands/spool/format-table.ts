/** Rows as a table for a terminal: the first column to the left, the others to the right. */
export function formatTable(rows: readonly Readonly<Record<string, string>>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const header = Object.fromEntries(columns.map((column) => [column, column]));
  const all = [header, ...rows];
  const widths = columns.map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    columns
      .map((column, index) => {
        const width = widths[index] ?? 0;
        const cell = row[column] ?? "";
        return index === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}
