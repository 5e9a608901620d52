import type { SimulatedStreet } from "./simulated-street.js";

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Offers `count` messages m<from>, m<from+1>, … and says how many were taken. */
export function offer(street: SimulatedStreet, from: number, count: number): number {
  let taken = 0;
  for (let i = from; i < from + count; i++) if (street.node.offer(bytesOf(`m${i}`))) taken++;
  return taken;
}

export function texts(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `m${from + index}`);
}
