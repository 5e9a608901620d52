import { useEffect, useRef, useState } from "preact/hooks";
import type { FieldHistory } from "../../api-types.js";
import type { StreetApi } from "../street/street-api.js";

/** What is known of each plotted node's field: its history, or that it could not be read. */
export type Histories = ReadonlyMap<string, FieldHistory | "failed">;

/** What to read, and how far back. */
export interface HistoriesWanted {
  readonly names: readonly string[];
  readonly field: string | undefined;
  readonly windowS: number;
  /** Nothing is read while the bridge is away; what is there stays. */
  readonly live: boolean;
}

/**
 * Reads the histories and keeps them fresh: each second for a short window, each ten for a long one.
 */
export function useHistories(api: StreetApi, wanted: HistoriesWanted): Histories {
  const { names, field, windowS, live } = wanted;
  const [histories, setHistories] = useState<Histories>(new Map());
  const subject = `${field}\n${windowS}`;
  const known = useRef(subject);
  const asked = names.join("\n");

  // The array is new at each drawing; `asked` says when the names changed.
  useEffect(() => {
    if (field === undefined || !live) return;
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      const found = await Promise.all(
        names.map(async (name) => [name, await readOne(api, name, field, windowS)] as const),
      );
      if (stopped) return;
      known.current = subject;
      setHistories(new Map(found));
      timer = setTimeout(() => void read(), Math.min(10_000, Math.max(1_000, windowS * 5)));
    };
    void read();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [api, asked, field, windowS, live]);

  return known.current === subject ? histories : new Map();
}

async function readOne(
  api: StreetApi,
  name: string,
  field: string,
  windowS: number,
): Promise<FieldHistory | "failed"> {
  try {
    return await api.history(name, field, windowS);
  } catch {
    return "failed";
  }
}
