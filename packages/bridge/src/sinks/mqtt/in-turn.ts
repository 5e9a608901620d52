/** What is to be done: at once, or by when the promise resolves. It does not reject. */
export type Job = () => Promise<void> | undefined;

/** Does one job after the other, in the order of the calls: at once where none is under way. */
export class InTurn {
  readonly #waiting: Job[] = [];
  #isBusy = false;

  /** How many wait is up to the caller. */
  run(job: Job): void {
    this.#waiting.push(job);
    if (!this.#isBusy) this.#go();
  }

  #go(): void {
    this.#isBusy = true;
    for (let job = this.#waiting.shift(); job; job = this.#waiting.shift()) {
      const underWay = job();
      if (!underWay) continue;
      void underWay.then(() => this.#go());
      return;
    }
    this.#isBusy = false;
  }
}
