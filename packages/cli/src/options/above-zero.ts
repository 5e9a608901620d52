import { InvalidArgumentError } from "commander";

/** A number above 0. */
export function above0(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("a number above 0");
}
