import { createHash, timingSafeEqual } from "node:crypto";
import { BridgeError } from "../../error.js";

/** Shorter ones could be guessed. */
const LEAST_CHARACTERS = 16;

/**
 * The secret that opens the page and the API. Only its hash is kept, and a comparison takes the same
 * time whatever is compared.
 */
export class AccessToken {
  readonly #hash: Buffer;

  /**
   * @param place - where the token stands, such as `http.tokenFile`
   * @throws {@link BridgeError} `BRIDGE_CONFIG_INVALID` for less than 16 characters
   */
  constructor(token: string, place: string) {
    if (token.length < LEAST_CHARACTERS) {
      const message = `The token has ${token.length} characters, and needs ${LEAST_CHARACTERS} or more: make one with "openssl rand -hex 24"`;
      throw new BridgeError("BRIDGE_CONFIG_INVALID", place, message);
    }
    this.#hash = hashOf(token);
  }

  matches(candidate: string): boolean {
    return timingSafeEqual(hashOf(candidate), this.#hash);
  }
}

function hashOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
