import { runInNewContext } from "node:vm";

/**
 * Runs a generated script where there is nothing but the language itself, as platforms do, and gives its
 * functions; those that it has not are undefined.
 *
 * @param given - what the platform gives besides, such as `atob`
 */
export function runScript(
  text: string,
  names: readonly string[],
  given: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, ((...args: never[]) => unknown) | undefined>> {
  const members = names.map(
    (name) => `${name}: typeof ${name} === "function" ? ${name} : undefined`,
  );
  const context = Object.assign(Object.create(null), given);
  return runInNewContext(`"use strict"; ${text}; ({ ${members.join(", ")} })`, context, {
    timeout: 10_000,
  });
}
