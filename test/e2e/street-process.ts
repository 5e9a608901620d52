import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../examples/run-street/dist/main.js", import.meta.url));

/** How a street's process ended, and all it printed. */
export interface StreetEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The street of `npm start` as a process of its own, with its temporary files in `folder`. */
export class StreetProcess {
  readonly #child: ChildProcess;
  #stdout = "";
  #stderr = "";

  constructor(args: readonly string[], folder: string) {
    this.#child = spawn(process.execPath, [program, ...args], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.on("data", (chunk) => {
      this.#stdout += chunk;
    });
    this.#child.stderr?.on("data", (chunk) => {
      this.#stderr += chunk;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The address of the page, once the street has printed it. */
  async url(): Promise<string> {
    for (;;) {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(this.#stdout)?.[0];
      if (url) return url;
      if (this.#child.exitCode !== null || !this.#child.stdout) {
        throw new Error(`the street ended early: ${this.#stdout}${this.#stderr}`);
      }
      await once(this.#child.stdout, "data");
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async ended(): Promise<StreetEnd> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await once(this.#child, "close");
    }
    return { code: this.#child.exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }
}
