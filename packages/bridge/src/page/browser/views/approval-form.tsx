import { useState } from "preact/hooks";
import type { StreetApi } from "../street/street-api.js";
import { readApproval } from "./read-approval.js";

/** Gives an unknown node a name and a place, so that its readings go on. */
export function ApprovalForm(props: {
  readonly api: StreetApi;
  readonly id: string;
  /** Told of the node's name once it is in the registry. */
  readonly onApproved: (name: string) => void;
}) {
  const { api, id, onApproved } = props;
  const [name, setName] = useState(id);
  const [place, setPlace] = useState("");
  const [busy, setBusy] = useState(false);
  const [mistake, setMistake] = useState("");
  const approve = async (event: Event) => {
    event.preventDefault();
    const approval = readApproval(name, place);
    if (typeof approval === "string") return setMistake(approval);
    setBusy(true);
    setMistake("");
    try {
      await api.approve(id, approval);
      onApproved(approval.name);
    } catch (error) {
      setMistake(error instanceof Error ? error.message : String(error));
    }
    return setBusy(false);
  };
  return (
    <form class="form-row" onSubmit={(event) => void approve(event)}>
      <label>
        Name
        <input
          value={name}
          required
          maxLength={128}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
      </label>
      <label>
        Latitude, longitude
        <input
          value={place}
          placeholder="57.1437, -2.0946"
          inputMode="text"
          onInput={({ currentTarget }) => setPlace(currentTarget.value)}
        />
      </label>
      <button type="submit" class="button button-active" disabled={busy}>
        Approve
      </button>
      {mistake && (
        <p class="mistake" role="alert">
          {mistake}
        </p>
      )}
    </form>
  );
}
