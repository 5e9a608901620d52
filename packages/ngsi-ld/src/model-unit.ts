import { convertUnit } from "@bollard/senml";

/** Units that SenML keeps apart from the SI unit they are a multiple of: unit, multiply, divide. */
const bridges: Readonly<Record<string, readonly [unit: string, multiply: number, divide: number]>> =
  {
    g: ["kg", 1, 1000],
    l: ["m3", 1, 1000],
    "l/s": ["m3/s", 1, 1000],
    "m3/h": ["m3/s", 1, 3600],
    Bspl: ["dB", 10, 1],
  };

/**
 * A value in the unit a model asks for: 55.3 `%RH` is 0.553 `/`, 101325 `Pa` is 1013.25 `hPa`,
 * 0.5 `m3/s` is 1800 `m3/h`.
 *
 * @param from - SenML unit of `value`
 * @param to - SenML unit wanted, or `m3/h`
 * @returns undefined where one cannot become the other
 */
export function toModelUnit(value: number, from: string, to: string): number | undefined {
  const direct = convertUnit(value, from, to);
  if (direct !== undefined) return direct;
  const [source, multiply, divide] = bridge(from);
  const [target, targetMultiply, targetDivide] = bridge(to);
  const base = convertUnit((value * multiply) / divide, source, target);
  if (base === undefined) return undefined;
  return Number(((base * targetDivide) / targetMultiply).toPrecision(15));
}

function bridge(unit: string): readonly [string, number, number] {
  return (Object.hasOwn(bridges, unit) ? bridges[unit] : undefined) ?? [unit, 1, 1];
}
