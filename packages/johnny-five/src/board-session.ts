import type { Duplex } from "node:stream";
import type { SensorSchema } from "@bollard/schema";
import { JohnnyFiveError } from "./error.js";
import { type FieldReader, type FieldSource, fieldReader } from "./field-source.js";
import { type FirmataIo, openFirmata } from "./firmata-io.js";
import { intervalsOf } from "./intervals-of.js";

/** A board of johnny-five, as its components take it. */
export interface FiveBoard {
  once(event: "ready", listener: () => void): unknown;
  on(event: "error", listener: () => void): unknown;
}

/** What is used of johnny-five. */
export interface JohnnyFive {
  readonly Board: new (options: {
    readonly io: unknown;
    readonly repl: false;
    readonly sigint: false;
    readonly debug: false;
  }) => FiveBoard;
}

export interface BoardSessionOptions {
  readonly stream: Duplex;
  readonly five: JohnnyFive;
  readonly sensors: (board: FiveBoard) => Readonly<Record<string, FieldSource>>;
  readonly schema: SensorSchema;
  /** ms. */
  readonly silentMs: number;
}

/** A board that never becomes ready is lost after so many times `silentMs`. */
const PATIENCE = 3;
/** How long sensors may take to measure for the first time before the first reading goes without. */
const FIRST_VALUES_MS = 5000;
const LOOK_MS = 50;

/** A board from the opening of its line to its end. */
export class BoardSession {
  readonly #options: BoardSessionOptions;
  #readers: readonly FieldReader[] = [];
  #intervals: readonly NodeJS.Timeout[] = [];
  #watch: NodeJS.Timeout | undefined;
  #heardAt = performance.now();
  #isClosed = false;
  #isOver = false;
  #end: (cause: Error) => void = () => {};
  /** Resolves with why it ended. */
  readonly ended: Promise<Error>;

  constructor(options: BoardSessionOptions) {
    this.#options = options;
    const { stream } = options;
    this.ended = new Promise((resolve) => {
      this.#end = (cause) => {
        this.#isOver = true;
        resolve(cause);
      };
      stream.once("error", this.#end);
      stream.once("close", () => this.#end(new Error("the board's line closed")));
    });
    stream.on("data", () => {
      this.#heardAt = performance.now();
    });
  }

  /** Makes the board and its sensors. @throws where it does not answer, or a sensor does not fit */
  async open(): Promise<void> {
    const { stream, silentMs } = this.#options;
    const patience = setTimeout(
      () => stream.destroy(this.#silent("it does not speak Firmata")),
      PATIENCE * silentMs,
    );
    try {
      const io = await openFirmata(stream);
      const board = await this.#boardOf(io);
      if (this.#isClosed) return;
      const { result, intervals } = intervalsOf(() => this.#options.sensors(board));
      this.#intervals = intervals;
      this.#readers = readersOf(this.#options.schema, result);
      this.#watch = setInterval(() => this.#listen(io), silentMs / 2);
    } finally {
      clearTimeout(patience);
    }
  }

  /** Resolves once every sensor has measured, or after a while. */
  get measured(): Promise<void> {
    const startedAt = performance.now();
    return new Promise((resolve) => {
      const look = () => {
        const isDone =
          this.#isOver ||
          performance.now() - startedAt >= FIRST_VALUES_MS ||
          this.#readers.every(({ hasMeasured }) => hasMeasured());
        if (isDone) resolve();
        else setTimeout(look, LOOK_MS);
      };
      look();
    });
  }

  /** One value a field, null where there is none; undefined once the board is lost. */
  read(): Record<string, unknown> | undefined {
    // johnny-five's components show their last values for ever.
    if (this.#isOver) return undefined;
    const values = Object.fromEntries(
      this.#options.schema.fields.map(({ name }): [string, unknown] => [name, null]),
    );
    for (const { field, read } of this.#readers) values[field.name] = read() ?? null;
    return values;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#watch);
    for (const interval of this.#intervals) clearInterval(interval);
    this.#options.stream.on("error", () => {});
    this.#options.stream.destroy();
    this.#end(new Error("closed"));
  }

  #boardOf(io: FirmataIo): Promise<FiveBoard> {
    return new Promise((resolve) => {
      const { Board } = this.#options.five;
      const board = new Board({ io, repl: false, sigint: false, debug: false });
      board.once("ready", () => resolve(board));
      // The line's own; its end is told by itself.
      board.on("error", () => {});
    });
  }

  /** A cable can end without a word; a board that is asked for its version answers. */
  #listen(io: FirmataIo): void {
    const silentMs = performance.now() - this.#heardAt;
    if (silentMs < this.#options.silentMs) return;
    if (silentMs < 2 * this.#options.silentMs) io.reportVersion(() => {});
    else this.#options.stream.destroy(this.#silent("the board does not answer any more"));
  }

  #silent(message: string): JohnnyFiveError {
    return new JohnnyFiveError("JOHNNY_FIVE_SILENT", "board", message);
  }
}

function readersOf(
  schema: SensorSchema,
  sources: Readonly<Record<string, FieldSource>>,
): FieldReader[] {
  return Object.entries(sources).map(([name, source]) => {
    const field = schema.fields.find((one) => one.name === name);
    if (field !== undefined) return fieldReader(field, source);
    const known = schema.fields.map((one) => one.name).join(", ");
    throw new JohnnyFiveError("JOHNNY_FIVE_BAD_SENSOR", name, `${schema.name} has ${known}`);
  });
}
