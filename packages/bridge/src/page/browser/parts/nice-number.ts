/** The largest of 1, 2 or 5 times a power of ten that is not above `limit`; `limit` above 0. */
export function niceBelow(limit: number): number {
  const power = 10 ** Math.floor(Math.log10(limit) + 1e-9);
  const lead = limit / power + 1e-9;
  return (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power;
}

const tops = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8];

/** The smallest round number that is not below `limit`, at most half above it; `limit` above 0. */
export function niceAbove(limit: number): number {
  const power = 10 ** Math.floor(Math.log10(limit) + 1e-9);
  const lead = limit / power - 1e-9;
  return (tops.find((top) => lead <= top) ?? 10) * power;
}
