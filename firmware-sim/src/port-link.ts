import { lstatSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { FirmwareSimError } from "./error.js";

/** Links of this process, to be removed when it ends without closing its ports. */
const links = new Map<string, string>();

/**
 * Makes `link` a symbolic link to `target`, in place of an older link, in one step.
 *
 * It goes when {@link removePortLink} is called or the process ends by itself or by `process.exit`.
 *
 * @throws {@link FirmwareSimError} `SIM_LINK_TAKEN` when something that is no link stands there
 */
export function makePortLink(link: string, target: string): void {
  const found = lstatSync(link, { throwIfNoEntry: false });
  if (found && !found.isSymbolicLink()) {
    throw new FirmwareSimError("SIM_LINK_TAKEN", link, "a file that is no symbolic link is there");
  }
  const temporary = `${link}.${process.pid}.new`;
  symlinkSync(target, temporary);
  renameSync(temporary, link);
  if (links.size === 0) process.on("exit", removeAll);
  links.set(link, target);
}

/** Removes `link` if it still leads to `target`; a link another port has taken over stays. */
export function removePortLink(link: string, target: string): void {
  if (links.get(link) === target) links.delete(link);
  if (links.size === 0) process.off("exit", removeAll);
  try {
    if (readlinkSync(link) === target) unlinkSync(link);
  } catch {
    // Somebody removed it first: it is gone, which is what was wanted.
  }
}

function removeAll(): void {
  for (const [link, target] of [...links]) removePortLink(link, target);
}
