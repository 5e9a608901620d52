import {
  type Board,
  isUf2,
  keptMemory,
  openSerialPico,
  openSerialUno,
  Pico,
  type SerialBoard,
  type SerialCableOptions,
  type StreetBoardOptions,
  Uno,
} from "@bollard/firmware-sim";
import { type Command, Option } from "commander";

/** Which board, and its name. */
export interface BoardOption {
  readonly board?: "uno" | "pico";
  readonly id?: string;
}

/** What a board of either kind is made with. */
export interface BoardParts extends StreetBoardOptions {
  readonly program: string | Uint8Array;
  readonly onInstruction?: (pc: number, opcode: number, cycles: number) => void;
}

export function addBoardOption(command: Command): Command {
  const option = new Option("--board <board>", "which board; default: by the program");
  return command.addOption(option.choices(["uno", "pico"]));
}

/** @throws FirmwareSimError where the program is none for it */
export function makeBoard(option: BoardOption, parts: BoardParts): Board {
  return isPico(option, parts)
    ? new Pico({ ...parts, ...settingsOf(option) })
    : new Uno({ ...parts, program: textOf(parts.program), ...eepromOf(option) });
}

/** The board on a virtual port. @throws FirmwareSimError as `makeBoard`, and where there is no port */
export function openSerialBoard(
  option: BoardOption,
  parts: BoardParts,
  cable: SerialCableOptions,
): Promise<SerialBoard<Board>> {
  return isPico(option, parts)
    ? openSerialPico({ ...parts, ...settingsOf(option), ...cable })
    : openSerialUno({ ...parts, program: textOf(parts.program), ...eepromOf(option), ...cable });
}

function isPico({ board }: BoardOption, { program }: BoardParts): boolean {
  if (board !== undefined) return board === "pico";
  return typeof program === "string" ? picoHex.test(program) : isUf2(program);
}

/** Intel HEX whose first record sets an address of a Pico's flash, 0x10000000 or more. */
const picoHex = /^:020000041[0-9a-f]{3}/i;

/** An Uno's program is Intel HEX: what is none is named by its line. */
function textOf(program: string | Uint8Array): string {
  return typeof program === "string" ? program : Buffer.from(program).toString("latin1");
}

function eepromOf({ id }: BoardOption): { readonly eeprom?: Uint8Array } {
  return id === undefined ? {} : { eeprom: keptMemory(id) };
}

function settingsOf({ id }: BoardOption): { readonly settings?: Uint8Array } {
  return id === undefined ? {} : { settings: keptMemory(id) };
}
