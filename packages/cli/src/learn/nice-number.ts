/** The 1, 2 or 5 by a power of ten that is not above a number: 0.37 gives 0.2. */
export function niceBelow(number: number): number {
  const power = Math.floor(Math.log10(number));
  const factor = number / 10 ** power;
  return decimal(factor >= 5 ? 5 : factor >= 2 ? 2 : 1, power);
}

/** The 1, 2 or 5 by a power of ten that follows another: 0.2 gives 0.5. */
export function nextNice(step: number): number {
  return niceBelow(step * 2.6);
}

/** A number by two significant digits. */
export function twoDigits(number: number): number {
  return Number(number.toPrecision(2));
}

function decimal(factor: number, power: number): number {
  return Number(`${factor}e${power}`);
}
