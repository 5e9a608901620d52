import { useCallback, useState } from "preact/hooks";
import type { NodeView } from "../../api-types.js";
import type { CommandAskView, CommandFormView } from "../../detail-types.js";
import { usePolled } from "../parts/use-polled.js";
import { WaitingNote } from "../parts/waiting-note.js";
import type { StreetApi } from "../street/street-api.js";
import { compareNames } from "../view/node-order.js";
import { CommandField } from "./command-field.js";
import { CommandOutcomes } from "./command-outcomes.js";
import { readValues, type TypedValues } from "./command-values.js";
import { useCommands } from "./use-commands.js";

const RENEW_MS = 60_000;
const deadlines = [
  { withinMs: 10_000, words: "10 seconds" },
  { withinMs: 30_000, words: "30 seconds" },
  { withinMs: 300_000, words: "5 minutes" },
] as const;

/** Asks a node for something: which node, which command of its schema, with which values. */
export function CommandView(props: {
  readonly api: StreetApi;
  readonly nodes: readonly NodeView[];
  /** The node to begin with. */
  readonly first: string | undefined;
}) {
  const { api, nodes, first } = props;
  const { answer: forms, failed } = usePolled(
    useCallback(() => api.commands(), [api]),
    RENEW_MS,
  );
  const { outcomes, send } = useCommands(api);
  const [asked, setAsked] = useState(first);
  const [command, setCommand] = useState("");
  const able = nodes.filter((node) => formsOf(node, forms).length > 0);
  const node = able.find(({ name }) => name === asked) ?? able[0];
  const choices = node ? formsOf(node, forms) : [];
  const form = choices.find((one) => keyOf(one) === command) ?? choices[0];
  if (!forms) return <WaitingNote failed={failed} />;
  if (!node || !form) {
    return (
      <p class="empty panel">
        {forms.length === 0
          ? "No schema here has commands: declare them under commands in the schema."
          : "No node has reported whose schema has commands."}
      </p>
    );
  }
  return (
    <>
      <section class="panel form" aria-labelledby="command">
        <h1 id="command">Send a command</h1>
        <label>
          Node
          <select value={node.name} onChange={({ currentTarget }) => setAsked(currentTarget.value)}>
            {able
              .map(({ name }) => name)
              .sort(compareNames)
              .map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
          </select>
        </label>
        <label>
          Command
          <select
            value={keyOf(form)}
            onChange={({ currentTarget }) => setCommand(currentTarget.value)}
          >
            {choices.map((one) => (
              <option key={keyOf(one)} value={keyOf(one)}>
                {one.title}
              </option>
            ))}
          </select>
        </label>
        {form.description && <p class="quiet">{form.description}</p>}
        <CommandForm key={keyOf(form)} form={form} onSend={(words) => send(node.name, words)} />
      </section>
      <CommandOutcomes {...{ outcomes, send }} />
    </>
  );
}

function CommandForm(props: {
  readonly form: CommandFormView;
  readonly onSend: (asked: Omit<CommandAskView, "id">) => void;
}) {
  const { form, onSend } = props;
  const [typed, setTyped] = useState<TypedValues>({});
  const [withinMs, setWithinMs] = useState<number>(deadlines[1].withinMs);
  const [mistake, setMistake] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    const values = readValues(form, typed);
    if (typeof values === "string") return setMistake(values);
    setMistake("");
    return onSend({ command: form.name, schema: form.schema, values, withinMs });
  };
  return (
    <form class="form-fields" onSubmit={submit} noValidate>
      {form.fields.map((field) => (
        <CommandField
          key={field.name}
          field={field}
          text={typed[field.name] ?? ""}
          onText={(text) => setTyped((before) => ({ ...before, [field.name]: text }))}
        />
      ))}
      <label>
        To begin within
        <select
          value={withinMs}
          onChange={({ currentTarget }) => setWithinMs(Number(currentTarget.value))}
        >
          {deadlines.map((one) => (
            <option key={one.withinMs} value={one.withinMs}>
              {one.words}
            </option>
          ))}
        </select>
      </label>
      {mistake && (
        <p class="mistake" role="alert">
          {mistake}
        </p>
      )}
      <p>
        <button type="submit" class="button button-active">
          Send
        </button>
      </p>
    </form>
  );
}

/** A joined node speaks several schemas. */
function formsOf(node: NodeView, forms: readonly CommandFormView[] = []): CommandFormView[] {
  const spoken = node.schema.split(", ");
  return forms.filter(({ schema }) => spoken.includes(schema));
}

function keyOf({ schema, name }: CommandFormView): string {
  return `${schema}/${name}`;
}
