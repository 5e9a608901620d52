import { SerialUno, type SerialUnoOptions } from "../uno/serial-uno.js";

/**
 * Runs a test with an Uno on a virtual serial port, and leaves nothing behind, however it ends.
 *
 * @returns what `run` returns
 */
export async function withSerialUno<T>(
  options: SerialUnoOptions,
  run: (uno: SerialUno) => Promise<T>,
): Promise<T> {
  const uno = await SerialUno.open(options);
  try {
    return await run(uno);
  } finally {
    await uno.close();
  }
}
