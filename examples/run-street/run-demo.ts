import { formatStatusLine, StatusLine } from "./status-line.js";
import { Street } from "./street.js";

/** Runs the street until Ctrl-C, its figures on the terminal and its page on loopback. */
export async function runDemo({ port }: { readonly port: number }): Promise<number> {
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.once(signal, () => resolve());
  });
  const street = await Street.open({ port });
  const board = street.withoutBoard
    ? `No node is a simulated board: ${street.withoutBoard}.`
    : "One node is its firmware in C on a simulated Arduino Uno.";
  process.stdout.write(`\n  The street is at ${street.url}\n  ${board}\n  Ctrl-C stops it.\n\n`);
  const line = new StatusLine(process.stdout);
  const timer = setInterval(() => line.show(`  ${formatStatusLine(street.status())}`), 1_000);
  await interrupted;
  clearInterval(timer);
  line.end();
  await street.close();
  return 0;
}
