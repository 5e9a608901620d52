// Runs a built program in this terminal: signals go to it, its exit code is ours.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "./bootstrap.mjs";

export function runProgram(file, args) {
  const child = spawn(process.execPath, ["--enable-source-maps", join(root, file), ...args], {
    stdio: "inherit",
    cwd: process.env.INIT_CWD ?? process.cwd(),
  });
  // The terminal sends Ctrl-C to both; only the child acts on it, and we end when it does.
  const forward = {
    SIGINT: () => {},
    SIGTERM: () => child.kill("SIGTERM"),
    SIGHUP: () => child.kill("SIGHUP"),
  };
  for (const [signal, act] of Object.entries(forward)) process.on(signal, act);
  child.on("error", (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  child.on("close", (code, signal) => {
    process.exit(code ?? (signal === "SIGINT" ? 130 : 1));
  });
}
