/** The largest of 1, 2 or 5 times a power of ten that is not above `limit`; `limit` above 0. */
export function niceBelow(limit: number): number {
  const power = 10 ** Math.floor(Math.log10(limit) + 1e-9);
  const lead = limit / power + 1e-9;
  return (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power;
}

/** The smallest of 1, 2 or 5 times a power of ten that is not below `limit`; `limit` above 0. */
export function niceAbove(limit: number): number {
  const power = 10 ** Math.floor(Math.log10(limit) + 1e-9);
  const lead = limit / power - 1e-9;
  return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
}
