import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../packages/cli/dist/main.js", import.meta.url));

/** How the daemon is started. */
export interface DaemonOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** As another user; only root may. */
  readonly uid?: number;
}

/** `bollard bridge run` in a process of its own, as it is built. */
export class Daemon {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #said = "";
  #heard: (() => void)[] = [];

  constructor(config: string, { env = {}, uid }: DaemonOptions = {}) {
    this.#child = spawn(process.execPath, [main, "bridge", "run", config], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ["ignore", "ignore", "pipe"],
      ...(uid !== undefined && { uid }),
    });
    this.#exited = once(this.#child, "exit").finally(() => this.#wake());
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#said += text;
      this.#wake();
    });
  }

  /** What it wrote to its standard error. */
  get said(): string {
    return this.#said;
  }

  /** Resolves with the page's address once it runs. */
  async url(): Promise<string> {
    for (;;) {
      const url = /its page is at (\S+)/.exec(this.#said)?.[1];
      if (url !== undefined) return url;
      if (this.#child.exitCode !== null) throw new Error(`it ended: ${this.#said}`);
      await new Promise<void>((resolve) => this.#heard.push(resolve));
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves with the exit code once it has ended. */
  async ended(): Promise<number | null> {
    await this.#exited;
    return this.#child.exitCode;
  }

  async stop(): Promise<number | null> {
    this.signal("SIGTERM");
    return this.ended();
  }

  #wake(): void {
    for (const resolve of this.#heard.splice(0)) resolve();
  }
}

/** Asks again until the answer is as wanted. */
export async function askUntil<T>(url: string, condition: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = (await (await fetch(url)).json()) as T;
    if (condition(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
