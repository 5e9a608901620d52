/** Calls back once all that was added is done, and the first one that is there from the beginning. */
export class Countdown {
  #open = 1;
  readonly #whenDone: () => void;

  constructor(whenDone: () => void) {
    this.#whenDone = whenDone;
  }

  add(): void {
    this.#open++;
  }

  done(): void {
    this.#open--;
    if (this.#open === 0) this.#whenDone();
  }
}
