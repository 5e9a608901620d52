import { CliError } from "../error.js";

/** Makes the parser of an option in seconds, such as `--time 1538352143`. */
export function secondsOf(option: string): (text: string) => number {
  return (text) => {
    const seconds = text.trim() === "" ? Number.NaN : Number(text);
    if (seconds >= 0 && seconds < 2 ** 32) return seconds;
    throw new CliError("CLI_USAGE", `${option} ${text}: give seconds, such as 1538352143`);
  };
}
