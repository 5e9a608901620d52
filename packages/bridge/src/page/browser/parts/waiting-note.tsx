/** What stands in a view until its answer is there, and when there is none. */
export function WaitingNote({ failed }: { readonly failed: boolean }) {
  return (
    <p class="empty" role="status">
      {failed ? "The bridge did not answer. It is asked again in a moment." : "Asking the bridge …"}
    </p>
  );
}
