/** Where the flash and the memory begin. RP2040 data sheet, section 2.2. */
export const FLASH_START = 0x1000_0000;
export const SRAM_START = 0x2000_0000;
