import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SerialPort } from "serialport";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSerialUno } from "../index.js";
import { programOf } from "./program-of.js";
import { until } from "./until.js";
import { withSerialBoard } from "./with-serial-board.js";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-testing-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Turns on the UART, waits for a byte, sends it back, and again. */
const echo = programOf([
  0xe108, // ldi r16, 0x18
  ...[0x9300, 0x00c1], // sts UCSR0B, r16
  ...[0x9100, 0x00c0], // wait: lds r16, UCSR0A
  0xff07, // sbrs r16, 7
  0xcffc, // rjmp wait
  ...[0x9100, 0x00c6], // lds r16, UDR0
  ...[0x9300, 0x00c6], // sts UDR0, r16
  0xcff7, // rjmp wait
]);

async function openPort(path: string): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate: 115_200, autoOpen: false });
  await new Promise<void>((done, fail) => port.open((error) => (error ? fail(error) : done())));
  return port;
}

test("a program of the host talks with the board's; afterwards nothing is there", async () => {
  const link = join(folder, "ttyUNO0");
  let back = "";
  await withSerialBoard(openSerialUno({ program: echo, link }), async (uno) => {
    const port = await openPort(link);
    port.on("data", (bytes: Buffer) => {
      back += bytes.toString();
    });
    // As on a desk: what is sent before the program has turned on its UART is lost.
    await until(() => uno.board.baudRate !== undefined, uno);
    port.write("hello");
    await until(() => back === "hello", uno);
    await new Promise<void>((done) => port.close(() => done()));
    await uno.unplug();
    expect(existsSync(link)).toBe(false);
    await uno.plug();
    expect(existsSync(link)).toBe(true);
  });
  expect(existsSync(link)).toBe(false);
});

test("a test whose board goes wrong fails with the place, and its port is gone", async () => {
  const link = join(folder, "ttyUNO1");
  const program = programOf([0x0000, 0x0001]);
  const opening = openSerialUno({ program, link });
  await expect(withSerialBoard(opening, (uno) => until(() => false, uno))).rejects.toThrow(
    "There is no instruction at 0x0002",
  );
  expect(existsSync(link)).toBe(false);
});
