import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, test } from "vitest";

const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];

/** Where a command or a file is, or undefined. Debian keeps some commands out of a user's PATH. */
export function findCommand(command: string): string | undefined {
  if (command.startsWith("/")) return existsSync(command) ? command : undefined;
  return folders.map((folder) => join(folder, command)).find((path) => existsSync(path));
}

/**
 * A `describe` for tests that need a command of the system. Without it they are skipped, and their
 * title says how to install it; with `CI=true` they fail.
 *
 * @param install - such as `apt install mosquitto`
 */
export function needCommand(
  command: string,
  install: string,
): (title: string, body: () => void) => void {
  if (findCommand(command)) return (title, body) => void describe(title, body);
  const why = `${command} is not installed: ${install}`;
  return (title, body) => {
    if (process.env.CI !== "true") {
      describe.skip(`${title} (SKIPPED, ${why})`, body);
      return;
    }
    describe(title, () => {
      test(`needs ${command}`, () => {
        throw new Error(why);
      });
    });
  };
}
