import { ContextBroker, type ContextBrokerOptions, type EntityGates } from "@bollard/ngsi-ld";
import type { Logger } from "pino";
import type { BridgeClock } from "../../clock.js";
import type { Filled, NgsiLdSinkConfig } from "../../config/config.js";
import { readSecretFile, readTextFile } from "../../config/read-config.js";
import { NgsiLdSink } from "./ngsi-ld-sink.js";
import { RefusedLog } from "./refused-log.js";

/** What the sink shares with the rest of the bridge. */
export interface NgsiLdSinkParts {
  readonly gates: EntityGates;
  /** Where it notes what is refused. Undefined: in memory only. */
  readonly dataDir: string | undefined;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

/**
 * The sink of a context broker, from the configuration. Files with secrets are read once here, so
 * that a missing one shows at the start and not at midnight.
 *
 * @throws BridgeError `BRIDGE_CONFIG_UNREADABLE`
 */
export function makeNgsiLdSink(
  config: Filled<NgsiLdSinkConfig>,
  { gates, dataDir, clock, log }: NgsiLdSinkParts,
): NgsiLdSink {
  const { name, url, window, coalesce, history, contexts, contextsServedAt } = config;
  const { maxBehind, order } = config;
  return new NgsiLdSink({
    name,
    url,
    window,
    maxBehind,
    isLiveFirst: order === "live-first",
    coalesce,
    history,
    manufacturer: config.devices ? config.manufacturer : undefined,
    contexts: contexts.map(({ url }) => url),
    contextsServedAt,
    broker: new ContextBroker(brokerOptions(config)),
    gates,
    refused: new RefusedLog(dataDir, name),
    clock,
    log,
  });
}

function brokerOptions(config: Filled<NgsiLdSinkConfig>): ContextBrokerOptions {
  const { url, tenant, tokenFile, oauth, tls, context, timeoutMs, maxBatch, maxParallel } = config;
  const bearer = (file: string) => ({ Authorization: `Bearer ${readSecretFile(file)}` });
  if (tokenFile !== undefined) bearer(tokenFile);
  return {
    url,
    context,
    timeoutMs,
    maxBatch,
    maxParallel,
    ...(tenant !== undefined && { tenant }),
    ...(tokenFile !== undefined && { headers: () => bearer(tokenFile) }),
    ...(oauth && {
      oauth: {
        tokenUrl: oauth.tokenUrl,
        clientId: oauth.clientId,
        clientSecret: readSecretFile(oauth.clientSecretFile),
        ...(oauth.scope !== undefined && { scope: oauth.scope }),
      },
    }),
    tls: {
      ...(tls.caFile !== undefined && { ca: readTextFile(tls.caFile) }),
      ...(tls.certFile !== undefined && { cert: readTextFile(tls.certFile) }),
      ...(tls.keyFile !== undefined && { key: readTextFile(tls.keyFile) }),
    },
  };
}
