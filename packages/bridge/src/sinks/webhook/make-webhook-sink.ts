import { type Entity, toConcise, toKeyValues } from "@bollard/ngsi-ld";
import type { Logger } from "pino";
import manifest from "../../../package.json" with { type: "json" };
import type { BridgeClock } from "../../clock.js";
import type { Filled, WebhookSinkConfig } from "../../config/config.js";
import { readTextFile } from "../../config/read-config.js";
import type { EntityFilter } from "../../entity-filter.js";
import { parseSecrets } from "./sign-webhook.js";
import { WebhookSink } from "./webhook-sink.js";

const forms: Readonly<Record<Filled<WebhookSinkConfig>["form"], (entity: Entity) => object>> = {
  normalized: (entity) => entity,
  keyValues: (entity) => ({ ...toKeyValues(entity), "@context": entity["@context"] }),
  concise: toConcise,
};

/**
 * The sink of a webhook, from the configuration. The file with the secret is read once here, so that
 * a missing one shows at the start and not at midnight.
 *
 * @throws BridgeError `BRIDGE_CONFIG_UNREADABLE`, `BRIDGE_CONFIG_INVALID` for a secret that is too short
 */
export function makeWebhookSink(
  config: Filled<WebhookSinkConfig>,
  { clock, log }: { readonly clock: BridgeClock; readonly log: Logger },
): WebhookSink {
  const { name, url, window, maxBatch, maxBehind, timeoutMs, secretFile, form } = config;
  const secrets = () => parseSecrets(readTextFile(secretFile), secretFile);
  secrets();
  return new WebhookSink({
    ...{ name, url, window, maxBatch, maxBehind, timeoutMs, secrets, clock, log },
    form: forms[form],
    filter: filterOf(config),
    version: manifest.version,
  });
}

function filterOf({ types, nodes, attrs, bbox }: Filled<WebhookSinkConfig>): EntityFilter {
  const setOf = (list: readonly string[]) => (list.length > 0 ? new Set(list) : undefined);
  return {
    ids: undefined,
    types: setOf(types),
    nodes: setOf(nodes),
    attrs: setOf(attrs),
    bbox,
    fromS: Number.NEGATIVE_INFINITY,
    toS: Number.POSITIVE_INFINITY,
  };
}
