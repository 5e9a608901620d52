import type { BridgeStatus, ControlView } from "../../api-types.js";
import { Mark, type MarkKind } from "../parts/mark.js";
import type { StreetState } from "../street/street-state.js";
import { warningsOf } from "../street/warnings.js";
import { ControlButtons } from "./control-buttons.js";
import { DeliveryFigures } from "./delivery-figures.js";
import { LostBridge } from "./lost-bridge.js";

const answers: Record<BridgeStatus["health"], string> = {
  well: "Yes, it is well.",
  draining: "Yes, it is catching up.",
  holding: "Not quite: it is holding.",
  failing: "No: data is at risk.",
};

/** The page's answer: is the street well? In words, one figure, and what to do about it. */
export function AnswerPanel(props: {
  readonly street: StreetState;
  readonly controls: readonly ControlView[];
  readonly onPress: (control: string) => Promise<void>;
  readonly onRetry: () => void;
}) {
  const { street, controls, onPress, onRetry } = props;
  const { status, link, nowMs } = street;
  const lost = link.kind === "lost";
  const mood = lost ? "lost" : (status?.health ?? "waiting");
  return (
    <section class={`answer answer-${mood}`} aria-labelledby="answer">
      <div class="answer-words">
        <h1 class="question">Is the street well?</h1>
        <p class="verdict" id="answer" aria-live="polite">
          {mood !== "waiting" && <Mark kind={markOf(mood)} />}
          {lost ? "The bridge cannot be reached." : status ? answers[status.health] : "Asking …"}
        </p>
        {lost ? (
          <LostBridge link={link} status={status} nowMs={nowMs} onRetry={onRetry} />
        ) : (
          <p class="summary">{status?.summary ?? "The page waits for the bridge's first word."}</p>
        )}
        {link.kind === "busy" && (
          <p class="quiet">
            The bridge has no room for one more live page, so this one asks every 10 seconds.
          </p>
        )}
        {status && <Warnings status={status} />}
      </div>
      <DeliveryFigures status={status} />
      {controls.length > 0 && <ControlButtons {...{ controls, onPress }} disabled={lost} />}
    </section>
  );
}

function markOf(mood: "lost" | BridgeStatus["health"]): MarkKind {
  return mood === "lost" ? "down" : mood;
}

function Warnings({ status }: { readonly status: BridgeStatus }) {
  const warnings = warningsOf(status);
  if (warnings.length === 0) return null;
  return (
    <ul class="warnings">
      {warnings.map((warning) => (
        <li key={warning}>
          <Mark kind="failing" />
          {warning}
        </li>
      ))}
    </ul>
  );
}
