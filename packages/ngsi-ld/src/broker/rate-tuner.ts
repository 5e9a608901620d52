/** Batch sizes tried, in entities; parallel requests tried. */
const sizes = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 1000];
const lanes = [1, 2, 3, 4, 6, 8, 12, 16];

/** Requests to measure before a verdict, per lane. */
const requestsPerWindow = 4;
/** A step is kept when it gains at least this much. */
const gain = 1.05;
/** Windows without a try once no step gains any more. */
const restWindows = 20;

/** A batch size and a number of lanes, as indexes into the levels. */
interface Point {
  readonly size: number;
  readonly lane: number;
}

/** What is tried: near steps for the last few percent, far ones to get over a plain. */
const moves: readonly ((from: Point, most: Point) => Point)[] = [
  ({ size, lane }) => ({ size: size + 3, lane }),
  ({ size, lane }) => ({ size: size - 3, lane }),
  ({ size, lane }) => ({ size: size + 1, lane }),
  ({ size, lane }) => ({ size: size - 1, lane }),
  ({ size, lane }) => ({ size, lane: lane + 1 }),
  ({ size, lane }) => ({ size, lane: lane - 1 }),
  ({ lane }, most) => ({ size: most.size, lane }),
  ({ lane }) => ({ size: 0, lane }),
];

/**
 * Finds the batch size and the number of parallel requests with which a broker takes most entities
 * per second, by trying the neighbours of what it has.
 *
 * Brokers differ: one takes single upserts three times as fast as batches of 100, another batches
 * twenty times as fast as single ones. Starts at 10 entities and one request at a time.
 */
export class RateTuner {
  readonly #most: Point;
  #point: Point;
  /** Entities per second at the point kept; undefined before it was measured. */
  #best: number | undefined;
  /** Where a try goes back to when it gains nothing; undefined when none is under way. */
  #kept: Point | undefined;
  #nextMove = 0;
  #failedMoves = 0;
  #rest = 0;
  #requests = 0;
  #entities = 0;
  #ms = 0;

  constructor(maxBatch: number, maxParallel: number) {
    this.#most = { size: lastUpTo(sizes, maxBatch), lane: lastUpTo(lanes, maxParallel) };
    this.#point = { size: Math.min(sizes.indexOf(10), this.#most.size), lane: 0 };
  }

  /** Entities in the next request. */
  get batchSize(): number {
    return sizes[this.#point.size] ?? 1;
  }

  /** Requests at a time. */
  get parallel(): number {
    return lanes[this.#point.lane] ?? 1;
  }

  /**
   * Takes in one finished full request, made while more were waiting.
   *
   * @param entities - how many it carried
   * @param ms - time since the one before finished: with several lanes, less than its own latency
   */
  record(entities: number, ms: number): void {
    this.#requests++;
    this.#entities += entities;
    this.#ms += ms;
    if (this.#requests < requestsPerWindow * this.parallel) return;
    const rate = (this.#entities * 1000) / Math.max(this.#ms, 0.001);
    this.#startWindow();
    this.#judge(rate);
  }

  /** A request was too large or took too long: half the size, at once. */
  tooMuch(): void {
    this.#point = { ...this.#point, size: lastUpTo(sizes, Math.floor(this.batchSize / 2)) };
    this.#best = undefined;
    this.#kept = undefined;
    this.#startWindow();
  }

  #startWindow(): void {
    this.#requests = 0;
    this.#entities = 0;
    this.#ms = 0;
  }

  #judge(rate: number): void {
    if (this.#kept === undefined) {
      this.#best = this.#best === undefined ? rate : (this.#best + rate) / 2;
      if (this.#rest > 0) this.#rest--;
      else this.#try();
      return;
    }
    if (this.#best === undefined || rate >= this.#best * gain) {
      this.#best = rate;
      this.#failedMoves = 0;
    } else {
      this.#point = this.#kept;
      this.#failed();
    }
    this.#kept = undefined;
    if (this.#rest === 0) this.#try();
  }

  /** Goes on with the move that gained last, or with the next one there is. */
  #try(): void {
    while (this.#rest === 0) {
      const move = moves[this.#nextMove];
      const to = move && this.#within(move(this.#point, this.#most));
      if (to) {
        this.#kept = this.#point;
        this.#point = to;
        return;
      }
      this.#failed();
    }
  }

  #failed(): void {
    this.#nextMove = (this.#nextMove + 1) % moves.length;
    this.#failedMoves++;
    if (this.#failedMoves < moves.length) return;
    this.#failedMoves = 0;
    this.#rest = restWindows;
  }

  /** The point brought within bounds; undefined where that is no move at all. */
  #within({ size, lane }: Point): Point | undefined {
    const to = {
      size: Math.min(Math.max(size, 0), this.#most.size),
      lane: Math.min(Math.max(lane, 0), this.#most.lane),
    };
    return to.size === this.#point.size && to.lane === this.#point.lane ? undefined : to;
  }
}

function lastUpTo(levels: readonly number[], limit: number): number {
  return Math.max(
    0,
    levels.findLastIndex((level) => level <= limit),
  );
}
