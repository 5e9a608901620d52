/** A device on the I²C bus, told what its master does. */
export interface I2cDevice {
  /** Its 7-bit address. */
  readonly address: number;
  /** The master begins to write to it, or to read from it. */
  begin(isWrite: boolean): void;
  /** @returns whether it acknowledges the byte */
  write(byte: number): boolean;
  read(): number;
}
