/** LoRa's spreading factors: each one more doubles the time and reaches further. */
export type SpreadingFactor = 7 | 8 | 9 | 10 | 11 | 12;

/** One data rate of a LoRaWAN region. */
export interface LorawanDataRate {
  readonly dataRate: number;
  readonly spreadingFactor: SpreadingFactor;
  readonly bandwidthHz: number;
  /** Most bytes of application payload, where no frame option travels. */
  readonly maxPayloadBytes: number;
}

/**
 * The data rates of EU863-870 with 125 kHz, slowest first.
 *
 * @see LoRaWAN Regional Parameters RP002-1.0.4, tables 7 and 10: N of the repeater-compatible lengths
 */
export const eu868DataRates: readonly LorawanDataRate[] = [
  { dataRate: 0, spreadingFactor: 12, bandwidthHz: 125_000, maxPayloadBytes: 51 },
  { dataRate: 1, spreadingFactor: 11, bandwidthHz: 125_000, maxPayloadBytes: 51 },
  { dataRate: 2, spreadingFactor: 10, bandwidthHz: 125_000, maxPayloadBytes: 51 },
  { dataRate: 3, spreadingFactor: 9, bandwidthHz: 125_000, maxPayloadBytes: 115 },
  { dataRate: 4, spreadingFactor: 8, bandwidthHz: 125_000, maxPayloadBytes: 222 },
  { dataRate: 5, spreadingFactor: 7, bandwidthHz: 125_000, maxPayloadBytes: 222 },
];

/**
 * What LoRaWAN adds to an application payload: MHDR 1, device address 4, FCtrl 1, FCnt 2, FPort 1,
 * MIC 4 bytes. The schema's id can be the FPort, and then travels for nothing.
 *
 * @see LoRaWAN 1.0.4, sections 4.1 to 4.4
 */
export const LORAWAN_OVERHEAD_BYTES = 13;

const PREAMBLE_SYMBOLS = 8;

/**
 * Time on air of one LoRaWAN uplink, in seconds: 8 preamble symbols, explicit header, CRC, coding
 * rate 4/5, and the low data rate optimisation where a symbol takes 16 ms or more.
 *
 * 10 bytes take 0.0617 s at SF7 and 1.4828 s at SF12.
 *
 * @param payloadBytes - of application payload, without what LoRaWAN adds
 * @see Semtech SX1276/77/78/79 data sheet, section 4.1.1.7
 */
export function lorawanAirtime(
  payloadBytes: number,
  { spreadingFactor, bandwidthHz }: Pick<LorawanDataRate, "spreadingFactor" | "bandwidthHz">,
): number {
  const symbol = 2 ** spreadingFactor / bandwidthHz;
  const lowRate = symbol >= 0.016 ? 1 : 0;
  const bits = 8 * (payloadBytes + LORAWAN_OVERHEAD_BYTES) - 4 * spreadingFactor + 28 + 16;
  const groups = Math.max(0, Math.ceil(bits / (4 * (spreadingFactor - 2 * lowRate))));
  return (PREAMBLE_SYMBOLS + 4.25 + 8 + groups * 5) * symbol;
}
