import { useRef } from "preact/hooks";

const RENEW_MS = 5_000;

interface KeptOrder {
  readonly order: readonly string[];
  readonly asked: string;
  readonly atMs: number;
}

/**
 * Keeps rows where they are while their values change: a new order is taken at once when the reader
 * asks for one or the rows are others, else each five seconds, and never under the pointer.
 *
 * @param order - the names as they would stand now
 * @param asked - changes whenever the reader sorts or filters
 */
export function useCalmOrder(
  order: readonly string[],
  asked: string,
  nowMs: number,
  busy: boolean,
): readonly string[] {
  const kept = useRef<KeptOrder | undefined>(undefined);
  const before = kept.current;
  const sameRows = before?.order.length === order.length;
  const due = !busy && Math.abs(nowMs - (before?.atMs ?? 0)) >= RENEW_MS;
  if (!before || before.asked !== asked || !sameRows || due) {
    kept.current = { order, asked, atMs: nowMs };
    return order;
  }
  return before.order;
}
