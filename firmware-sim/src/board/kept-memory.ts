import { FirmwareSimError } from "../error.js";

const EEPROM_BYTES = 1024;
const ID_AT = 2;
const MAX_ID_BYTES = 17;

/**
 * What the EEPROM of a `street-air` board holds that was given a name: how often it started (never
 * yet), and its node id.
 *
 * @param id - 1 to 17 bytes
 * @throws {@link FirmwareSimError} `SIM_BAD_OPTION`
 */
export function keptMemory(id: string): Uint8Array {
  const bytes = new TextEncoder().encode(id);
  if (bytes.length < 1 || bytes.length > MAX_ID_BYTES) {
    const message = `A node id of this board has 1 to ${MAX_ID_BYTES} bytes, not ${bytes.length}`;
    throw new FirmwareSimError("SIM_BAD_OPTION", "id", message);
  }
  const memory = new Uint8Array(EEPROM_BYTES).fill(0xff);
  memory[ID_AT] = bytes.length;
  memory.set(bytes, ID_AT + 1);
  return memory;
}
