/** A clock that stands still until it is told to run, and does what was planned on the way. */
export class VirtualTime {
  #now = 0;
  #order = 0;
  #planned: { at: number; order: number; task: () => void }[] = [];

  readonly now = (): number => this.#now;

  /** Plans `task`; the function returned takes it back. */
  readonly after = (delayMs: number, task: () => void): (() => void) => {
    const entry = { at: this.#now + delayMs, order: this.#order++, task };
    this.#planned.push(entry);
    return () => {
      this.#planned = this.#planned.filter((other) => other !== entry);
    };
  };

  /** Lets `durationMs` pass, or less where `done` comes true. */
  run(durationMs: number, done: () => boolean = () => false): void {
    const end = this.#now + durationMs;
    while (!done()) {
      let next = this.#planned[0];
      for (const entry of this.#planned) {
        if (!next || entry.at < next.at || (entry.at === next.at && entry.order < next.order)) {
          next = entry;
        }
      }
      if (!next || next.at > end) {
        this.#now = end;
        return;
      }
      this.#planned = this.#planned.filter((entry) => entry !== next);
      this.#now = Math.max(this.#now, next.at);
      next.task();
    }
  }
}
