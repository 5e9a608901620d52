import { useState } from "preact/hooks";
import type { ControlView } from "../../api-types.js";

/** The buttons of a demonstration. The bridge gives their words. */
export function ControlButtons(props: {
  readonly controls: readonly ControlView[];
  readonly disabled: boolean;
  readonly onPress: (control: string) => Promise<void>;
}) {
  const { controls, disabled, onPress } = props;
  const [pressed, setPressed] = useState<string>();
  const [failed, setFailed] = useState(false);
  const press = async (id: string) => {
    setPressed(id);
    setFailed(false);
    try {
      await onPress(id);
    } catch {
      setFailed(true);
    } finally {
      setPressed(undefined);
    }
  };
  return (
    <div class="controls">
      {controls.map(({ id, label, active }) => (
        <button
          key={id}
          type="button"
          class={active ? "button button-active" : "button"}
          disabled={disabled || pressed !== undefined}
          aria-busy={pressed === id}
          onClick={() => void press(id)}
        >
          {label}
        </button>
      ))}
      {failed && <p class="control-failed">The bridge did not take that. Try once more.</p>}
    </div>
  );
}
