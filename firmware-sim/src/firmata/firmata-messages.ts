/** Firmata's message types. Firmata protocol 2.6, `protocol.md`. */
export const DIGITAL_MESSAGE = 0x90;
export const ANALOG_MESSAGE = 0xe0;
export const REPORT_ANALOG = 0xc0;
export const REPORT_DIGITAL = 0xd0;
export const SET_PIN_MODE = 0xf4;
export const SET_DIGITAL_PIN = 0xf5;
export const REPORT_VERSION = 0xf9;
export const SYSTEM_RESET = 0xff;
export const START_SYSEX = 0xf0;
export const END_SYSEX = 0xf7;

/** What a sysex message is about: its second byte. */
export const ANALOG_MAPPING_QUERY = 0x69;
export const ANALOG_MAPPING_RESPONSE = 0x6a;
export const CAPABILITY_QUERY = 0x6b;
export const CAPABILITY_RESPONSE = 0x6c;
export const PIN_STATE_QUERY = 0x6d;
export const PIN_STATE_RESPONSE = 0x6e;
export const EXTENDED_ANALOG = 0x6f;
export const STRING_DATA = 0x71;
export const I2C_REQUEST = 0x76;
export const I2C_REPLY = 0x77;
export const I2C_CONFIG = 0x78;
export const REPORT_FIRMWARE = 0x79;
export const SAMPLING_INTERVAL = 0x7a;

/** How a pin is used. */
export const PIN_MODE = {
  input: 0x00,
  output: 0x01,
  analog: 0x02,
  pwm: 0x03,
  servo: 0x04,
  i2c: 0x06,
  inputPullup: 0x0b,
} as const;

/** A text or bytes as Firmata carries them: each byte in two of seven bits, the low one first. */
export function toSevenBits(bytes: Iterable<number>): number[] {
  return [...bytes].flatMap((byte) => [byte & 0x7f, (byte >> 7) & 0x7f]);
}

/** The inverse of `toSevenBits`; a last byte without its other half is left out. */
export function fromSevenBits(data: readonly number[]): number[] {
  return Array.from(
    { length: data.length >> 1 },
    (_, i) => ((data[2 * i] as number) | ((data[2 * i + 1] as number) << 7)) & 0xff,
  );
}
