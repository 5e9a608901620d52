import { FirmwareSimError } from "./error.js";
import { seededRandom } from "./random.js";

/** How bad a cable is: each a probability per byte, 0 to 1, default 0. */
export interface CableFaultRates {
  /** One bit of the byte is turned over. */
  readonly flip?: number;
  /** The byte is lost. */
  readonly drop?: number;
  /** The byte comes twice. */
  readonly duplicate?: number;
  /** A random byte comes before it. */
  readonly noise?: number;
}

export interface CableFaultsOptions extends CableFaultRates {
  /** Decides every fault. Default: 1. */
  readonly seed?: number;
}

/** What a cable did to the bytes so far, in bytes. */
export interface CableFaultCounts {
  readonly flipped: number;
  readonly dropped: number;
  readonly duplicated: number;
  readonly noise: number;
  /** Lost while the cable was cut. */
  readonly cut: number;
}

/**
 * One direction of a bad cable: flips, drops, doubles and makes up bytes, and can be cut and joined.
 *
 * The same seed and the same bytes give the same faults, however the bytes are cut into chunks.
 */
export class CableFaults {
  readonly #random: () => number;
  #rates: Required<CableFaultRates> = { flip: 0, drop: 0, duplicate: 0, noise: 0 };
  #clean = true;
  #joined = true;
  readonly #counts = { flipped: 0, dropped: 0, duplicated: 0, noise: 0, cut: 0 };

  constructor(options: CableFaultsOptions = {}) {
    this.#random = seededRandom(options.seed ?? 1);
    this.setRates(options);
  }

  /**
   * Changes the rates from the next byte on; one left out becomes 0.
   *
   * @throws {@link FirmwareSimError} `SIM_BAD_OPTION` for a rate outside 0 to 1
   */
  setRates(rates: CableFaultRates): void {
    const { flip = 0, drop = 0, duplicate = 0, noise = 0 } = rates;
    for (const [name, rate] of Object.entries({ flip, drop, duplicate, noise })) {
      if (!(rate >= 0 && rate <= 1)) {
        throw new FirmwareSimError("SIM_BAD_OPTION", name, `${rate} is no probability, 0 to 1`);
      }
    }
    this.#rates = { flip, drop, duplicate, noise };
    this.#clean = flip + drop + duplicate + noise === 0;
  }

  /** Loses every byte until {@link join}. */
  cut(): void {
    this.#joined = false;
  }

  /** Mends a cut cable. */
  join(): void {
    this.#joined = true;
  }

  get counts(): CableFaultCounts {
    return { ...this.#counts };
  }

  /** What comes out at the far end when `bytes` go in. May be the same array. */
  carry(bytes: Uint8Array): Uint8Array {
    if (!this.#joined) {
      this.#counts.cut += bytes.length;
      return bytes.subarray(0, 0);
    }
    if (this.#clean) return bytes;
    const { flip, drop, duplicate, noise } = this.#rates;
    const out = new Uint8Array(bytes.length * 3);
    let length = 0;
    for (let byte of bytes) {
      if (this.#happens(noise)) {
        this.#counts.noise++;
        out[length++] = this.#below(256);
      }
      if (this.#happens(drop)) {
        this.#counts.dropped++;
        continue;
      }
      if (this.#happens(flip)) {
        this.#counts.flipped++;
        byte ^= 1 << this.#below(8);
      }
      out[length++] = byte;
      if (this.#happens(duplicate)) {
        this.#counts.duplicated++;
        out[length++] = byte;
      }
    }
    return out.subarray(0, length);
  }

  #happens(rate: number): boolean {
    return rate > 0 && this.#random() < rate;
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }
}
