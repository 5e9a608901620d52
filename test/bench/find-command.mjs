import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];

/** Where a command is, or undefined. Debian keeps some out of a user's PATH. */
export function findCommand(command) {
  return folders.map((folder) => join(folder, command)).find((path) => existsSync(path));
}
