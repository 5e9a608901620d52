import type { CommandFieldView } from "../../detail-types.js";
import { rightFor } from "./command-values.js";

/** One value of a command: a choice where there is one, or else a line with what is right beside it. */
export function CommandField(props: {
  readonly field: CommandFieldView;
  readonly text: string;
  readonly onText: (text: string) => void;
}) {
  const { field, text, onText } = props;
  const { name, title, unit, optional, kind, words = [] } = field;
  const choices = kind === "boolean" ? ["yes", "no"] : kind === "enum" ? words : undefined;
  const isNumber = kind === "quantity" || kind === "counter" || kind === "duration";
  const id = `field-${name}`;
  return (
    <div class="form-field">
      <label htmlFor={id}>
        {title}
        {unit && <small> {unit}</small>}
        {optional && <small> (may be left out)</small>}
      </label>
      {choices ? (
        <select id={id} value={text} onChange={({ currentTarget }) => onText(currentTarget.value)}>
          <option value="" />
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      ) : (
        <>
          <input
            id={id}
            inputMode={isNumber ? "decimal" : "text"}
            aria-describedby={`${id}-right`}
            value={text}
            onInput={({ currentTarget }) => onText(currentTarget.value)}
          />
          <small id={`${id}-right`}>{rightFor(field)}</small>
        </>
      )}
    </div>
  );
}
