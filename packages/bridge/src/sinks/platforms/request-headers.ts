import { readSecretFile } from "../../config/read-config.js";

/** Who we are, in a request: a token, or a user with a password. */
export interface HttpLogin {
  readonly tokenFile?: string | undefined;
  readonly username?: string | undefined;
  readonly passwordFile?: string | undefined;
}

/**
 * The headers of each request. The files are read once here, so that a missing one shows at the start
 * and not at midnight.
 *
 * @throws BridgeError `BRIDGE_CONFIG_UNREADABLE`
 */
export function requestHeaders(login: HttpLogin): () => Readonly<Record<string, string>> {
  const headers = () => headersOf(login);
  headers();
  return headers;
}

function headersOf({ tokenFile, username, passwordFile }: HttpLogin): Record<string, string> {
  if (tokenFile !== undefined) return { authorization: `Bearer ${readSecretFile(tokenFile)}` };
  if (username === undefined) return {};
  const password = passwordFile === undefined ? "" : readSecretFile(passwordFile);
  const credentials = Buffer.from(`${username}:${password}`).toString("base64");
  return { authorization: `Basic ${credentials}` };
}
