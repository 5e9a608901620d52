import { useCallback, useEffect, useState } from "preact/hooks";

/** An answer that is asked for again and again. */
export interface Polled<Answer> {
  /** The last one; undefined before the first. */
  readonly answer: Answer | undefined;
  /** The last question had none. */
  readonly failed: boolean;
  /** Asks at once. */
  readonly renew: () => void;
}

/**
 * Asks now and then each `everyMs` after the answer, while the page is seen.
 *
 * @param ask - another function begins anew
 */
export function usePolled<Answer>(ask: () => Promise<Answer>, everyMs: number): Polled<Answer> {
  const [state, setState] = useState<Pick<Polled<Answer>, "answer" | "failed">>({
    answer: undefined,
    failed: false,
  });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let gone = false;
    const next = async () => {
      if (!document.hidden) {
        try {
          const answer = await ask();
          if (!gone) setState({ answer, failed: false });
        } catch {
          // Why does not matter here: the head of the page says whether the bridge is there.
          if (!gone) setState(({ answer }) => ({ answer, failed: true }));
        }
      }
      if (!gone) timer = setTimeout(() => void next(), everyMs);
    };
    void next();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [ask, everyMs, round]);
  return { ...state, renew: useCallback(() => setRound((before) => before + 1), []) };
}
