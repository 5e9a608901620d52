/** One column of a text table. */
export interface TableColumn {
  readonly title: string;
  /** Default: left. */
  readonly align?: "left" | "right";
}

/**
 * A table as lines of text, each column as wide as its longest cell, two spaces between them.
 *
 * @param rows - cells by column; one that is left out is empty
 */
export function formatTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): string[] {
  const header = columns.map(({ title }) => title);
  const all = header.every((title) => title === "") ? rows : [header, ...rows];
  const widths = columns.map((_, column) =>
    all.reduce((most, cells) => Math.max(most, width(cells[column] ?? "")), 0),
  );
  return all.map((cells) =>
    columns
      .map(({ align = "left" }, column) => {
        const cell = cells[column] ?? "";
        const space = " ".repeat((widths[column] ?? 0) - width(cell));
        return align === "right" ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd(),
  );
}

/** Characters that a terminal shows, colours not counted. */
function width(text: string): number {
  return [...stripColours(text)].length;
}

function stripColours(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with one
  return text.replace(/\u001b\[[0-9;]*m/g, "");
}
