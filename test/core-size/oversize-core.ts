/** A core that is too big, to see that the gate notices: it carries a table it does not need. */
export * from "@bollard/sdk";
export const table: readonly number[] = Array.from({ length: 20_000 }, (_, index) => index / 3);
