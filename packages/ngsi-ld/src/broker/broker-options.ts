/** PEM texts for TLS to the broker. */
export interface BrokerTls {
  /** Certificate authorities to trust instead of the system's. */
  readonly ca?: string;
  /** Our certificate and its key, where the broker asks for one (mTLS). */
  readonly cert?: string;
  readonly key?: string;
}

/** OAuth 2 client credentials: a token is fetched, kept until it ends, and fetched anew on a 401. */
export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
}

/** Where a context broker is, and how to speak to it. */
export interface ContextBrokerOptions {
  /** The broker's address without `/ngsi-ld/v1`, such as `http://127.0.0.1:9090`. */
  readonly url: string;
  /** Value of the `NGSILD-Tenant` header. Default: the broker's own default tenant. */
  readonly tenant?: string;
  /** Headers on every request, such as a token, or what gives them anew each time. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>);
  readonly oauth?: ClientCredentials;
  readonly tls?: BrokerTls;
  /**
   * `inline`: each entity carries its `@context`. `link`: one Link header names the model's context;
   * an entity with contexts of its own beside it still goes inline. Default: inline.
   */
  readonly context?: "inline" | "link";
  /** Milliseconds until a request is given up. Default: 10000. */
  readonly timeoutMs?: number;
  /** Most entities in one request. Default: 100. */
  readonly maxBatch?: number;
  /** Most requests at a time. Default: 4. */
  readonly maxParallel?: number;
  /** Monotonic milliseconds, for the measurement of speed. Default: `performance.now`. */
  readonly now?: () => number;
}
