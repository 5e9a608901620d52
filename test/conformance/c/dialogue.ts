import { expect } from "vitest";
import type { HostProgram } from "./host-program.js";

/** Bytes as the host program reads and writes them. */
export function hex(bytes: Uint8Array): string {
  return bytes.length === 0 ? "-" : Buffer.from(bytes).toString("hex");
}

/** Lines for the host program, and what it is to answer each with. */
export class Dialogue {
  readonly lines: string[] = [];
  readonly answers: string[] = [];
  readonly #views: ((answer: string) => string)[] = [];

  /** @param view - what of an answer is compared. Default: all of it */
  say(line: string, answer: string, view = (given: string) => given): void {
    this.lines.push(line);
    this.answers.push(answer);
    this.#views.push(view);
  }

  /** Compares the answers one by one, so that a failure shows the line that it belongs to. */
  expectFrom({ run }: HostProgram): void {
    const given = run(this.lines).map((line, index) => this.#views[index]?.(line));
    for (const [index, answer] of this.answers.entries()) {
      if (given[index] !== answer) {
        expect({ line: this.lines[index], answer: given[index] }).toEqual({
          line: this.lines[index],
          answer,
        });
      }
    }
    expect(given).toHaveLength(this.answers.length);
  }
}

/** `bollard_status_t`, in its order; 0 is no error, 1 the end. */
const statuses = [
  "PAYLOAD_TRUNCATED",
  "PAYLOAD_TRAILING_BYTES",
  "PAYLOAD_BAD_PADDING",
  "PAYLOAD_RESERVED_FORM",
  "PAYLOAD_PROTECTED",
  "PAYLOAD_RESERVED_BIT",
  "PAYLOAD_BAD_SCHEMA_ID",
  "PAYLOAD_WRONG_SCHEMA",
  "PAYLOAD_BAD_ROW_COUNT",
  "PAYLOAD_BAD_MILLISECONDS",
  "PAYLOAD_STEP_ABOVE_RANGE",
  "PAYLOAD_BAD_TEXT",
  "PAYLOAD_TIME_OUT_OF_RANGE",
];

/** What the host program ends with for an error of the TypeScript. */
export function errorEnd(code: string, offset: number | undefined): string {
  return `${statuses.indexOf(code) + 2} ${offset}`;
}
