import { formatNumber } from "./format-number.js";

/** A share from 0 to 1 in percent, so that a little is never shown as nothing: `0 %`, `< 0.1 %`, `12 %`. */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.001) return "< 0.1 %";
  return `${formatNumber(share * 100, share > 0 && share < 0.1 ? 1 : 0)} %`;
}
