import { StateWord } from "../parts/state-word.js";
import type { CommandOutcome, useCommands } from "./use-commands.js";

const words: Readonly<Record<string, string>> = {
  done: "The node has done it.",
  refused: "The node refused it.",
  failed: "The node tried, and failed.",
  "unknown-command": "The node does not know this command.",
  sent: "It is on its way; this kind of node does not answer.",
  expired: "The node did not answer in time, and may have done it all the same.",
  unreachable: "It was not sent.",
  "not known": "What came of it is not known here.",
};

/** What came of the commands sent from this page. */
export function CommandOutcomes(props: {
  readonly outcomes: readonly CommandOutcome[];
  readonly send: ReturnType<typeof useCommands>["send"];
}) {
  const { outcomes, send } = props;
  if (outcomes.length === 0) return null;
  return (
    <section class="panel form" aria-labelledby="outcomes">
      <h2 id="outcomes">Sent from here</h2>
      <ol class="outcomes" aria-live="polite">
        {outcomes.map(({ node, asked, result }) => (
          <li key={asked.id}>
            <b>
              {asked.command} to {node}
            </b>
            <StateWord kind={markOf(result?.status)} word={result?.status ?? "waiting"} />
            <span>
              {result && words[result.status]} {result?.message}
            </span>
            {result?.status === "not known" && (
              <button type="button" class="tool" onClick={() => send(node, asked)}>
                Ask again
              </button>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function markOf(status: string | undefined) {
  if (status === undefined) return "connecting";
  return status === "done" || status === "sent" ? "up" : "down";
}
