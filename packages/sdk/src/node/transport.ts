/** What a transport needs to know of the node it carries for. */
export interface TransportContext {
  readonly nodeId: string;
  /** How often the node has started, 1 to 65535; 0 where it cannot count. */
  readonly boot: number;
  /** The schemas it speaks: numeric id and layout fingerprint, 16 hexadecimal digits. */
  readonly schemas: readonly { readonly id: number; readonly fingerprint: string }[];
}

/** One payload on its way, named by the node's boot and this number. */
export interface OutgoingMessage {
  /** 32 bits. Numbers are left out where the node gave up messages. */
  readonly sequence: number;
  readonly payload: Uint8Array;
  /** To be kept for good at once. */
  readonly alarm: boolean;
}

/** Carries payloads to whoever keeps them. */
export interface OpenTransport {
  /** Most messages handed over and not yet settled. */
  readonly maxInFlight: number;
  /** The carrier names messages by itself, so that the payload needs no key. */
  readonly carriesKey: boolean;
  /**
   * Resolves once the far end has the message for good; only then the node forgets it. Messages
   * come in order. A rejection is tried again, but for `SDK_TOO_LONG`.
   */
  send(message: OutgoingMessage): Promise<void>;
  close(): Promise<void>;
}

/** Makes a node's transport, once the node knows who it is. */
export type Transport = (context: TransportContext) => OpenTransport;
