/** Baud rate of the sensor's line, 8N1. */
export const SDS011_BAUD = 9600;

const DEVICE_ID = 0x1b_ab;
const MAX_RAW = 9999;

/**
 * The message that an SDS011 particle counter sends once a second.
 *
 * @param pm25 - µg/m³, 0 to 999.9
 * @param pm10 - µg/m³, 0 to 999.9
 * @see Nova Fitness, Laser PM2.5 Sensor specification SDS011, V1.3, "UART Communication Protocol"
 */
export function sds011Message(pm25: number, pm10: number): Uint8Array {
  const [fine, coarse] = [rawOf(pm25), rawOf(pm10)];
  const data = [fine, coarse, DEVICE_ID].flatMap((value) => [value & 0xff, value >> 8]);
  const sum = data.reduce((total, byte) => total + byte, 0) & 0xff;
  return Uint8Array.from([0xaa, 0xc0, ...data, sum, 0xab]);
}

function rawOf(value: number): number {
  return Math.min(MAX_RAW, Math.max(0, Math.round(value * 10)));
}
