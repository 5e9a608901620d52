import type { BridgeStatus } from "@bollard/bridge";

const whole = new Intl.NumberFormat("en");

/** The street in one line, such as `202 nodes  203 readings/s  …  lost 0`. */
export function formatStatusLine(status: BridgeStatus): string {
  const { nodes, rates, bytes, spool, delivery } = status;
  const parts = [
    `${whole.format(nodes.total)} nodes`,
    `${whole.format(Math.round(rates.readingsIn))} readings/s`,
    `${bytes.payloadPerReading.toFixed(1)} B each (JSON ${bytes.jsonPerReading.toFixed(1)})`,
    `spool ${whole.format(spool.backlog)}`,
  ];
  if (delivery) {
    parts.push(`delivered ${whole.format(delivery.delivered)}`);
    parts.push(`twice ${whole.format(delivery.duplicated)}`);
    parts.push(`lost ${whole.format(delivery.lost)}`);
  }
  return parts.join("  ");
}

/** One line on a terminal, renewed in place; plain lines, and fewer, where there is no terminal. */
export class StatusLine {
  readonly #out: NodeJS.WriteStream;
  #last = "";
  #writtenAt = 0;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  show(line: string): void {
    if (line === this.#last) return;
    this.#last = line;
    if (this.#out.isTTY) {
      const width = Math.max(20, this.#out.columns ?? 80) - 1;
      this.#out.write(`\r\u001b[2K${line.slice(0, width)}`);
      return;
    }
    const now = Date.now();
    if (now - this.#writtenAt < 5_000) return;
    this.#writtenAt = now;
    this.#out.write(`${line}\n`);
  }

  /** Leaves the line where it is and goes on below it. */
  end(): void {
    if (this.#out.isTTY && this.#last !== "") this.#out.write("\n");
  }
}
