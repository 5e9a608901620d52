/** What came of a command. */
export type CommandStatus = "done" | "refused" | "unknown" | "failed";

/** A command as a transport brings it. */
export interface IncomingCommand {
  /** Names the command to the one who asks, 0 to 65535. */
  readonly id: number;
  readonly payload: Uint8Array;
}

/** What a transport needs to know of the node it carries for. */
export interface TransportContext {
  readonly nodeId: string;
  /** How often the node has started, 1 to 65535; 0 where it cannot count. */
  readonly boot: number;
  /** Goes with the boot, and stays the same while a queue on disk does; else the transport takes one. */
  readonly life?: number;
  /** Takes a command; absent on a node that takes none. */
  readonly onCommand?: (command: IncomingCommand) => void;
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
  /** How many readings it holds; 0 for a command's result. */
  readonly readings: number;
  /** What came of a command, in place of readings. */
  readonly result?: { readonly commandId: number; readonly status: CommandStatus };
}

/** Carries payloads to whoever keeps them. */
export interface OpenTransport {
  /** Most messages handed over and not yet settled. */
  readonly maxInFlight: number;
  /** The carrier names messages by itself, so that the payload needs no key. */
  readonly carriesKey: boolean;
  /** It can tell what came of a command. Default: false; results are then not sent. */
  readonly carriesResults?: boolean;
  /**
   * Resolves once the far end has the message for good; only then the node forgets it. Messages
   * come in order. A rejection is tried again, but for `SDK_TOO_LONG`.
   */
  send(message: OutgoingMessage): Promise<void>;
  close(): Promise<void>;
}

/** Makes a node's transport, once the node knows who it is. */
export type Transport = (context: TransportContext) => OpenTransport;
