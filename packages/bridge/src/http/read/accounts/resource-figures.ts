import { eu868DataRates, lorawanAirtime } from "@bollard/payload";
import type { ViewTotals } from "../../../view/entity-view.js";

/** What readings took on their way in, since the bridge started, by what was counted. */
export interface ResourceFigures {
  readonly since: string;
  readonly messages: number;
  readonly readings: number;
  /** Bytes of payloads, without what carries them, and of the same readings as JSON. */
  readonly payloadBytes: number;
  readonly jsonBytes: number;
  /** Absent before the first reading. */
  readonly perReading?: {
    readonly payloadBytes: number;
    readonly jsonBytes: number;
    readonly messages: number;
  };
  /** What the mean message takes of the air where LoRaWAN carries it; a rate that does not take it is not there. */
  readonly lorawan?: readonly {
    /** Of EU868, slowest first. */
    readonly dataRate: number;
    readonly spreadingFactor: number;
    /** Seconds on air for each reading. */
    readonly airtimeS: number;
    /** About what the radio takes to send each reading, in mJ: {@link TRANSMIT_W}. */
    readonly transmitMJ: number;
  }[];
}

/**
 * What a common radio takes to send with 13 dBm: 29 mA at 3.3 V.
 *
 * @see Semtech SX1276/77/78/79 data sheet, section 2.5.2
 */
const TRANSMIT_W = 0.029 * 3.3;

/** What readings took on their way in. @param sinceMs - when counting began */
export function resourceFigures(totals: ViewTotals, sinceMs: number): ResourceFigures {
  const { messages, readings, payloadBytes, jsonBytes } = totals;
  const counts = { messages, readings, payloadBytes, jsonBytes };
  const since = new Date(sinceMs).toISOString();
  if (readings === 0) return { since, ...counts };
  const each = (sum: number) => Number((sum / readings).toFixed(4));
  const mean = Math.ceil(payloadBytes / messages);
  return {
    since,
    ...counts,
    perReading: {
      payloadBytes: each(payloadBytes),
      jsonBytes: each(jsonBytes),
      messages: each(messages),
    },
    lorawan: eu868DataRates
      .filter(({ maxPayloadBytes }) => mean <= maxPayloadBytes)
      .map(({ dataRate, spreadingFactor, bandwidthHz }) => {
        const airtime = lorawanAirtime(mean, { spreadingFactor, bandwidthHz }) * messages;
        const [airtimeS, transmitMJ] = [each(airtime), each(airtime * TRANSMIT_W * 1000)];
        return { dataRate, spreadingFactor, airtimeS, transmitMJ };
      }),
  };
}
