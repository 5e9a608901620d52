import { formatCount } from "../text/format-number.js";

/** One of a few words, as a row of buttons. */
export function Choice<Word extends string>(props: {
  /** For who cannot see that they belong together. */
  readonly label: string;
  readonly name: string;
  readonly options: readonly Word[];
  readonly chosen: Word;
  readonly choose: (word: Word) => void;
  /** How many there are of each. */
  readonly counts?: Readonly<Record<Word, number>>;
}) {
  const { label, name, options, chosen, choose, counts } = props;
  return (
    <fieldset class="segments">
      <legend class="unseen">{label}</legend>
      {options.map((option) => (
        <label key={option}>
          <input
            type="radio"
            name={name}
            checked={option === chosen}
            onChange={() => choose(option)}
          />
          <span>{counts ? `${option} ${formatCount(counts[option])}` : option}</span>
        </label>
      ))}
    </fieldset>
  );
}
