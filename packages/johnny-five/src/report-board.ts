import type { Duplex } from "node:stream";
import type { SensorSchema } from "@bollard/schema";
import type { Node } from "@bollard/sdk/node";
import { BoardSession, type FiveBoard, type JohnnyFive } from "./board-session.js";
import { isJohnnyFiveError, JohnnyFiveError } from "./error.js";
import type { FieldSource } from "./field-source.js";

/**
 * Where a board stands.
 *
 * - `opening`: it is looked for, or has not told yet what it can do
 * - `up`: its sensors are read
 * - `lost`: its line ended or it does not answer; it is looked for again
 * - `closed`: by `close`, or since its sensors do not fit the schema
 */
export type BoardState = "opening" | "up" | "lost" | "closed";

export interface ReportBoardOptions<Schemas extends readonly SensorSchema[]> {
  /** Who reports. */
  readonly node: Node<Schemas>;
  /** johnny-five itself, version 2: `import five from "johnny-five"`. */
  readonly five: JohnnyFive;
  /** Opens the board's line: a `SerialPort`, any byte stream. Called again each time it ended. */
  readonly open: () => Promise<Duplex>;
  /**
   * Makes the sensors, by field of the schema. Called each time that the board is there, since
   * johnny-five's components belong to one board. Fields without one are null.
   */
  readonly sensors: (board: FiveBoard) => Readonly<Record<string, FieldSource>>;
  /** The schema that is reported. Default: the node's first. */
  readonly schema?: string;
  /** Between readings, ms. Default: 60000. */
  readonly everyMs?: number;
  /** Wait after a line that would not open or ended, ms. Default: 1000. */
  readonly reopenMs?: number;
  /** A board that sends nothing for so long is asked; without an answer it is lost, ms. Default: 10000. */
  readonly silentMs?: number;
  /** Told of each change, with why a board was lost or is closed. */
  readonly onState?: (state: BoardState, cause?: Error) => void;
}

/** What became of readings. */
export interface BoardStats {
  /** Given to the node. */
  readonly reported: number;
  /** Not reported: a field that is not optional had no value. */
  readonly incomplete: number;
  /** Not taken by the node: its queue was full, or a value is outside its range. */
  readonly refused: number;
  /** Times that the board was ready. */
  readonly opened: number;
  /** Times that it was lost, or could not be opened. */
  readonly lost: number;
}

/** A board that reports. */
export interface ReportingBoard {
  readonly state: BoardState;
  stats(): BoardStats;
  /** Reads and reports now, if the board is up. @returns whether a reading was reported */
  reportNow(): boolean;
  /** Stops, and closes the board's line; the node is the caller's. */
  close(): Promise<void>;
}

/**
 * Makes a johnny-five board a node: what its sensors measure is reported every so often, in the units
 * of the schema, for as long as the program runs. A board that is unplugged is looked for and found
 * again.
 *
 * @throws {@link JohnnyFiveError} `JOHNNY_FIVE_BAD_OPTION`. Sensors are made later: one that does not
 *   fit its field is told to `onState` as the cause of a `closed`
 */
export function reportBoard<const Schemas extends readonly SensorSchema[]>(
  options: ReportBoardOptions<Schemas>,
): ReportingBoard {
  const { node, schema: name, everyMs = 60_000 } = options;
  const schema =
    name === undefined ? node.schemas[0] : node.schemas.find((one) => one.name === name);
  if (schema === undefined) {
    const known = node.schemas.map((one) => one.name).join(", ");
    throw new JohnnyFiveError("JOHNNY_FIVE_BAD_OPTION", "schema", `the node speaks ${known}`);
  }
  if (!(everyMs > 0)) {
    throw new JohnnyFiveError("JOHNNY_FIVE_BAD_OPTION", "everyMs", `${everyMs} is not above 0`);
  }
  return new Reporting(options as unknown as ReportBoardOptions<readonly SensorSchema[]>, schema);
}

class Reporting implements ReportingBoard {
  readonly #options: ReportBoardOptions<readonly SensorSchema[]>;
  readonly #schema: SensorSchema;
  readonly #counts = { reported: 0, incomplete: 0, refused: 0, opened: 0, lost: 0 };
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;
  #state: BoardState = "opening";
  #session: BoardSession | undefined;

  constructor(options: ReportBoardOptions<readonly SensorSchema[]>, schema: SensorSchema) {
    this.#options = options;
    this.#schema = schema;
    this.#done = this.#run();
  }

  get state(): BoardState {
    return this.#state;
  }

  stats(): BoardStats {
    return { ...this.#counts };
  }

  reportNow(): boolean {
    const values = this.#session?.read();
    if (values === undefined) return false;
    const missing = this.#schema.fields.some(
      ({ name, optional }) => !optional && values[name] === null,
    );
    if (missing) {
      this.#counts.incomplete++;
      return false;
    }
    try {
      const key = this.#options.node.reportOf(this.#schema.name, values as never);
      if (key === undefined) this.#counts.refused++;
      else this.#counts.reported++;
      return key !== undefined;
    } catch {
      // A sensor that measures beyond the schema's range; the next value may be within it.
      this.#counts.refused++;
      return false;
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#play();
      } catch (error) {
        const cause = error instanceof Error ? error : new Error(String(error));
        if (isJohnnyFiveError(cause) && cause.code === "JOHNNY_FIVE_BAD_SENSOR") {
          this.#turn("closed", cause);
          return;
        }
        this.#counts.lost++;
        this.#turn("lost", cause);
      }
      await this.#pause(this.#options.reopenMs ?? 1000);
      if (!signal.aborted) this.#turn("opening");
    }
    this.#turn("closed");
  }

  /** From the opening of the line to its end. @throws why it ended, where it was not closed */
  async #play(): Promise<void> {
    const { open, five, sensors, everyMs = 60_000, silentMs = 10_000 } = this.#options;
    const { signal } = this.#closing;
    const stream = await open();
    const session = new BoardSession({ stream, five, sensors, schema: this.#schema, silentMs });
    const end = () => session.close();
    signal.addEventListener("abort", end);
    let timer: NodeJS.Timeout | undefined;
    try {
      if (signal.aborted) return;
      await session.open();
      if (signal.aborted) return;
      this.#session = session;
      this.#counts.opened++;
      this.#turn("up");
      await session.measured;
      if (!signal.aborted) this.reportNow();
      timer = setInterval(() => this.reportNow(), everyMs);
      const cause = await session.ended;
      if (!signal.aborted) throw cause;
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      clearInterval(timer);
      signal.removeEventListener("abort", end);
      this.#session = undefined;
      session.close();
    }
  }

  #turn(state: BoardState, cause?: Error): void {
    this.#state = state;
    this.#options.onState?.(state, cause);
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done);
    });
  }
}
