import { useCallback, useState } from "preact/hooks";
import type { CommandAskView, CommandResultView } from "../../detail-types.js";
import type { StreetApi } from "../street/street-api.js";

/** A command that was sent from here, and what came of it. */
export interface CommandOutcome {
  readonly node: string;
  readonly asked: CommandAskView;
  /** Undefined while the node is waited for. */
  readonly result: Pick<CommandResultView, "status" | "message"> | undefined;
}

const MOST_OUTCOMES = 20;

/** Sends commands, and keeps the last twenty with what came of them; the newest is first. */
export function useCommands(api: StreetApi) {
  const [outcomes, setOutcomes] = useState<readonly CommandOutcome[]>([]);
  const send = useCallback(
    /** Under the `id` of before it is the same command, which is done once. */
    (node: string, asked: Omit<CommandAskView, "id"> & { readonly id?: string }) => {
      const whole = { ...asked, id: asked.id ?? newId() };
      const put = (result: CommandOutcome["result"]) =>
        setOutcomes((before) => {
          const others = before.filter((outcome) => outcome.asked.id !== whole.id);
          return [{ node, asked: whole, result }, ...others].slice(0, MOST_OUTCOMES);
        });
      put(undefined);
      api.command(node, whole).then(put, (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        put({ status: "not known", message });
      });
    },
    [api],
  );
  return { outcomes, send };
}

/** `crypto.randomUUID` is not there without TLS. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
