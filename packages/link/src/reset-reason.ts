/** Why a host answered with RESET: the body's one byte. */
export const RESET_REASON = {
  /** It has no session with whoever sent this. */
  noSession: 1,
  /** It does not speak this version of the protocol. */
  version: 2,
} as const;
