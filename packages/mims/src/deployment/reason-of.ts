/** Why the network failed; `fetch` itself says only that it did. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return message === "fetch failed" && cause instanceof Error ? cause.message || message : message;
}
