/**
 * A column's name as that of a field: `PM2.5 (µg/m³)` gives `pm2_5`.
 *
 * @returns undefined where nothing of it can be one
 */
export function fieldNameOf(column: string): string | undefined {
  const name = column
    .replace(/[([].*$/, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "")
    .slice(0, 48);
  return name === "" ? undefined : name;
}
