export type { CliIo } from "./cli-io.js";
export { CliError, type CliErrorCode, isCliError } from "./error.js";
export { runCli } from "./run-cli.js";
