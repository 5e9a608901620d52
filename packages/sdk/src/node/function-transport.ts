import type { OutgoingMessage, Transport, TransportContext } from "./transport.js";

export interface FunctionTransportOptions {
  /** Most calls at a time. Default: 1. */
  readonly maxInFlight?: number;
}

/**
 * Carries payloads by any function, such as an HTTP request or a radio's driver.
 *
 * @param send - resolves once the far end has the payload for good; a rejection is tried again
 */
export function functionTransport(
  send: (message: OutgoingMessage, context: TransportContext) => Promise<void>,
  options: FunctionTransportOptions = {},
): Transport {
  return (context) => ({
    maxInFlight: options.maxInFlight ?? 1,
    carriesKey: false,
    send: (message) => send(message, context),
    close: async () => {},
  });
}
