import { type Entity, toConcise, toKeyValues } from "@bollard/ngsi-ld";
import manifest from "../../../package.json" with { type: "json" };
import type { Filled, WebhookSinkConfig } from "../../config/config.js";
import { readTextFile } from "../../config/read-config.js";
import { filterOf } from "../filter-of.js";
import type { SharedParts } from "../shared-parts.js";
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
  parts: SharedParts,
): WebhookSink {
  const { name, url, window, maxBatch, maxBehind, timeoutMs, tls, secretFile, form } = config;
  const secrets = () => parseSecrets(readTextFile(secretFile), secretFile);
  secrets();
  return new WebhookSink({
    ...{ name, url, window, maxBatch, maxBehind, timeoutMs, tls, secrets },
    ...parts,
    form: forms[form],
    filter: filterOf(config),
    version: manifest.version,
  });
}
