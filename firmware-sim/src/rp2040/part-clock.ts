/** Something that happens once, when it is scheduled to. */
class Alarm {
  /** Infinite while it is not scheduled. */
  at = Number.POSITIVE_INFINITY;
  readonly callback: () => void;
  readonly #clock: PartClock;

  constructor(callback: () => void, clock: PartClock) {
    this.callback = callback;
    this.#clock = clock;
  }

  schedule(deltaNanos: number): void {
    this.at = this.#clock.nanos + deltaNanos;
    this.#clock.look();
  }

  cancel(): void {
    this.at = Number.POSITIVE_INFINITY;
    this.#clock.look();
  }
}

/**
 * The time of a simulated part, in ns since it was made, which passes when it is told to. rp2040js asks
 * it for its alarms.
 */
export class PartClock {
  nanos = 0;
  /** When the next alarm is; infinite for never. */
  nextNanos = Number.POSITIVE_INFINITY;
  readonly #alarms: Alarm[] = [];

  createAlarm(callback: () => void): Alarm {
    const alarm = new Alarm(callback, this);
    this.#alarms.push(alarm);
    return alarm;
  }

  /** Lets time pass until then, and each alarm happen when it is due. */
  advanceTo(end: number): void {
    while (this.nextNanos <= end) this.#ring();
    this.nanos = end;
  }

  /** Looks for the next alarm anew. A part has about twenty, and most are not scheduled. */
  look(): void {
    this.nextNanos = Number.POSITIVE_INFINITY;
    for (const { at } of this.#alarms) if (at < this.nextNanos) this.nextNanos = at;
  }

  #ring(): void {
    this.nanos = Math.max(this.nanos, this.nextNanos);
    const alarm = this.#alarms.find(({ at }) => at === this.nextNanos);
    alarm?.cancel();
    alarm?.callback();
  }
}
