/** The most nodes one plot compares; each has a colour and a dash of its own. */
export const MOST_SERIES = 6;

/** Which of the six colours each plotted node has: 0 to 5. */
export type SeriesSlots = ReadonlyMap<string, number>;

/**
 * Gives each name a colour. A name keeps the one it had; a new one takes the first that is free,
 * so a node looks the same in the plot, the map and the list. Names beyond six get none.
 */
export function assignSlots(before: SeriesSlots, names: readonly string[]): SeriesSlots {
  const slots = new Map<string, number>();
  const taken = new Set<number>();
  for (const name of names) {
    const slot = before.get(name);
    if (slot === undefined || taken.has(slot)) continue;
    slots.set(name, slot);
    taken.add(slot);
  }
  for (const name of names) {
    if (slots.has(name)) continue;
    const slot = [...Array(MOST_SERIES).keys()].find((free) => !taken.has(free));
    if (slot === undefined) break;
    slots.set(name, slot);
    taken.add(slot);
  }
  return slots;
}
