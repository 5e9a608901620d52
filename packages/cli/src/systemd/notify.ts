import { execFile } from "node:child_process";

/**
 * Tells systemd how the service is, through `systemd-notify`: Node has no Unix datagram sockets. The
 * unit needs `NotifyAccess=all`, since it is another process that speaks.
 *
 * @param lines - such as `READY=1` and `STATUS=All is well`
 * @returns resolves once it was told; rejects where it could not be
 * @see sd_notify(3)
 */
export function notify(lines: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile("systemd-notify", lines, { timeout: 5000 }, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
