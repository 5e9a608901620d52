import type { Board, SerialBoard } from "../index.js";

/**
 * Runs a test with a board on a virtual serial port, and leaves nothing behind, however it ends.
 *
 * @param opening - as of `openSerialUno` or `openSerialPico`
 * @returns what `run` returns
 */
export async function withSerialBoard<B extends Board, T>(
  opening: Promise<SerialBoard<B>>,
  run: (plugged: SerialBoard<B>) => Promise<T>,
): Promise<T> {
  const plugged = await opening;
  try {
    return await run(plugged);
  } finally {
    await plugged.close();
  }
}
