import { wander } from "./value-noise.js";

const HOUR_S = 3600;
const DAY_S = 86_400;
/** The weather turns over in about so long. */
const WEATHER_S = 6 * HOUR_S;

/** What all nodes of a fleet have in common at a time. */
export class Day {
  readonly #seed: number;
  #secondS = Number.NaN;
  /** 0 to below 24, UTC. */
  hour = 0;
  /** Days since 1970. */
  days = 0;
  /** -1 to 1, the same for every node. */
  weather = 0;
  /** 0 to 1: highest about 8:00 and 17:30, half of it at weekends. */
  rush = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Moves to a time, seconds since 1970. What is asked for within one second is worked out once. */
  moveTo(timeS: number): void {
    const secondS = Math.floor(timeS);
    if (secondS === this.#secondS) return;
    this.#secondS = secondS;
    this.days = secondS / DAY_S;
    this.hour = (secondS % DAY_S) / HOUR_S;
    this.weather =
      0.7 * wander(this.#seed, secondS / WEATHER_S) +
      0.3 * wander(this.#seed + 7, (secondS / WEATHER_S) * 5);
    // 1 January 1970 was a Thursday.
    const weekday = (Math.floor(this.days) + 4) % 7;
    const peaks = hump(this.hour, 8, 1.2) + hump(this.hour, 17.5, 1.6);
    this.rush = Math.min(1, peaks) * (weekday === 0 || weekday === 6 ? 0.5 : 1);
  }
}

function hump(hour: number, peak: number, width: number): number {
  const distance = Math.abs(hour - peak);
  const away = Math.min(distance, 24 - distance) / width;
  return Math.exp(-away * away);
}
