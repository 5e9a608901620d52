import type { RP2040 } from "rp2040js";
import { FLASH_START, SRAM_START } from "./addresses.js";

/** A load or store of flash or memory. RP2040js counts the same for all. */
const CYCLES = 2;

/**
 * Loads and stores of a part's flash and memory, where nothing else happens by them. Each returns the cycles
 * that it takes; 0 for an address of anything else, or of half a word: then nothing is done.
 */
export function plainMemoryOf(chip: RP2040) {
  const { core, flashView, sramView } = chip;
  const { registers } = core;
  const flashBytes = flashView.byteLength;
  const sramBytes = sramView.byteLength;

  function loadWord(target: number, address: number): number {
    if (address & 3) return 0;
    const inFlash = address - FLASH_START;
    const inSram = address - SRAM_START;
    if (inSram >= 0 && inSram < sramBytes) registers[target] = sramView.getUint32(inSram, true);
    else if (inFlash >= 0 && inFlash < flashBytes) {
      registers[target] = flashView.getUint32(inFlash, true);
    } else return 0;
    return CYCLES;
  }

  function loadByte(target: number, address: number): number {
    const inFlash = address - FLASH_START;
    const inSram = address - SRAM_START;
    if (inSram >= 0 && inSram < sramBytes) registers[target] = sramView.getUint8(inSram);
    else if (inFlash >= 0 && inFlash < flashBytes) registers[target] = flashView.getUint8(inFlash);
    else return 0;
    return CYCLES;
  }

  function loadHalf(target: number, address: number): number {
    if (address & 1) return 0;
    const inFlash = address - FLASH_START;
    const inSram = address - SRAM_START;
    if (inSram >= 0 && inSram < sramBytes) registers[target] = sramView.getUint16(inSram, true);
    else if (inFlash >= 0 && inFlash < flashBytes) {
      registers[target] = flashView.getUint16(inFlash, true);
    } else return 0;
    return CYCLES;
  }

  function storeWord(address: number, value: number): number {
    const at = memoryAt(address, 3);
    if (at < 0) return 0;
    sramView.setUint32(at, value, true);
    return CYCLES;
  }

  function storeHalf(address: number, value: number): number {
    const at = memoryAt(address, 1);
    if (at < 0) return 0;
    sramView.setUint16(at, value, true);
    return CYCLES;
  }

  function storeByte(address: number, value: number): number {
    const at = memoryAt(address, 0);
    if (at < 0) return 0;
    sramView.setUint8(at, value);
    return CYCLES;
  }

  /** Where in the memory an address is; -1: elsewhere. */
  function memoryAt(address: number, mask: number): number {
    const at = address - SRAM_START;
    return at >= 0 && at < sramBytes && (address & mask) === 0 ? at : -1;
  }

  return { loadWord, loadHalf, loadByte, storeWord, storeHalf, storeByte, memoryAt };
}
