import { type Board, formatFault, type SerialBoard } from "../index.js";

const LOOK_MS = 5;

/**
 * Waits until something holds while boards run, such as that a reading has arrived.
 *
 * @throws Error when a board's program goes wrong before, with its place, its stack and the last bytes
 *   it sent
 */
export async function until(
  condition: () => boolean,
  ...boards: SerialBoard<Board>[]
): Promise<void> {
  while (!condition()) {
    for (const { board } of boards) if (board.fault) throw new Error(formatFault(board.fault));
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
