import { lookUpUnit, type SenmlUnit } from "./look-up-unit.js";

/** The registry keeps these apart from the plain ratio; a person converts them at sight. */
const percentages: readonly string[] = ["%RH", "%EL"];

function scaleOf(
  name: string,
): Pick<SenmlUnit, "primary" | "multiply" | "divide" | "offset"> | undefined {
  if (percentages.includes(name)) return lookUpUnit("/100");
  return lookUpUnit(name === "%" ? "/" : name);
}

/** True where `convertUnit` can turn one unit into the other. */
export function canConvertUnit(from: string, to: string): boolean {
  if (from === to) return true;
  const source = scaleOf(from);
  const target = scaleOf(to);
  if (source === undefined || target === undefined) return false;
  return source.primary === target.primary || isCelsiusPair(source.primary, target.primary);
}

/**
 * Converts a value between two units of one quantity: 102235 `Pa` are 1022.35 `hPa`, 74.67 `%RH`
 * are 0.7467 of `/`, 20 `Cel` are 293.15 `K`.
 *
 * The result is rounded to 15 significant digits, so a decimal stays the decimal a person expects.
 *
 * @returns undefined where the two do not measure the same quantity, or one is not registered
 * @see RFC 8798, section 3
 */
export function convertUnit(value: number, from: string, to: string): number | undefined {
  if (from === to) return value;
  const source = scaleOf(from);
  const target = scaleOf(to);
  if (source === undefined || target === undefined || !canConvertUnit(from, to)) return undefined;
  const kelvins = kelvinsAbove(source.primary) - kelvinsAbove(target.primary);
  const offset = source.offset - target.offset + kelvins;
  const top = source.multiply * target.divide;
  const bottom = source.divide * target.multiply;
  const shifted = (offset * target.divide) / target.multiply;
  const scaled = top % bottom === 0 ? value * (top / bottom) : value / (bottom / top);
  return Number((scaled + shifted).toPrecision(15));
}

/** The registry has both Cel and K as primary units. */
function isCelsiusPair(one: string, other: string): boolean {
  return (one === "Cel" && other === "K") || (one === "K" && other === "Cel");
}

function kelvinsAbove(primary: string): number {
  return primary === "Cel" ? 273.15 : 0;
}
