import type { ResolvedConfig } from "../../config/config.js";
import { readSecretFile } from "../../config/read-config.js";
import { BridgeError } from "../../error.js";
import { isLoopback } from "../guard.js";
import { AccessToken } from "./access-token.js";

/**
 * The token that the configuration names; undefined on loopback without one, where no login is.
 *
 * @throws {@link BridgeError} `BRIDGE_CONFIG_INVALID` for another address without a token, and for a
 * token that is too short; `BRIDGE_CONFIG_UNREADABLE`
 */
export function readAccessToken(http: ResolvedConfig["http"]): AccessToken | undefined {
  const { host, tokenFile } = http;
  if (tokenFile !== undefined) return new AccessToken(readSecretFile(tokenFile), "http.tokenFile");
  if (!http.enabled || isLoopback(host)) return undefined;
  throw new BridgeError(
    "BRIDGE_CONFIG_INVALID",
    "http.tokenFile",
    `On ${host} anyone nearby could open the page, so it needs a login: name a file whose first line is a token, made by "openssl rand -hex 24 > page.token", or listen on 127.0.0.1`,
  );
}
