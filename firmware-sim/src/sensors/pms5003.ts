/** Baud rate of the sensor's line, 8N1. */
export const PMS5003_BAUD = 9600;

const START = [0x42, 0x4d] as const;
/** Bytes after the length: thirteen values of 16 bits and the checksum. */
const FRAME_BYTES = 28;
const MAX_RAW = 65_535;
/** Particles of 0.1 L beyond 0.3 µm for each µg/m³ of PM2.5, about as street dust has. */
const PARTICLES_PER_UG = 150;

/** Mass concentrations, µg/m³. */
export interface Particles {
  readonly pm1: number;
  readonly pm25: number;
  readonly pm10: number;
}

/**
 * The message that a PMS5003 particle counter sends in active mode, every 200 to 2300 ms.
 *
 * @param particles - each 0 to 65535 µg/m³, sent in whole ones; the same as standard particles and
 *   under atmospheric environment. Numbers of particles are made from PM2.5.
 * @see Plantower, PMS5003 series data manual V2.3, appendix I
 */
export function pms5003Message({ pm1, pm25, pm10 }: Particles): Uint8Array {
  const masses = [pm1, pm25, pm10].map(rawOf);
  const beyond300nm = rawOf(pm25 * PARTICLES_PER_UG);
  const counts = [1, 0.28, 0.055, 0.01, 0.003, 0.001].map((share) => rawOf(beyond300nm * share));
  const words = [FRAME_BYTES, ...masses, ...masses, ...counts, 0];
  const bytes = [...START, ...words.flatMap((word) => [word >> 8, word & 0xff])];
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return Uint8Array.from([...bytes, (sum >> 8) & 0xff, sum & 0xff]);
}

function rawOf(value: number): number {
  return Math.min(MAX_RAW, Math.max(0, Math.round(value)));
}
