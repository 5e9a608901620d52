import { notify } from "./notify.js";

/** What the service manager is told by, and of what. */
export interface SupervisionOptions {
  /** `NOTIFY_SOCKET` and `WATCHDOG_USEC` are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How the service is, in one sentence. */
  readonly status: () => string;
  /** What does not get on since this was asked before, in words; empty where all does. */
  readonly stalled: () => readonly string[];
  readonly onProblem: (problem: string) => void;
  /** Default: `systemd-notify`. */
  readonly send?: (lines: readonly string[]) => Promise<void>;
  /** Calls again and again; the returned function ends it. Default: the machine's timers. */
  readonly every?: (ms: number, task: () => void) => () => void;
}

/** How often the status is told where there is no watchdog. */
const STATUS_EVERY_MS = 30_000;

/**
 * Keeps systemd told: when the service is ready, how it is, and that it gets on.
 *
 * The watchdog is fed only while nothing stands still, so a bridge that hangs is started anew. Where
 * nobody listens (`NOTIFY_SOCKET` is not set) nothing is done.
 */
export class Supervision {
  readonly #options: SupervisionOptions;
  readonly #send: (lines: readonly string[]) => Promise<void>;
  readonly #isHeard: boolean;
  #stop: (() => void) | undefined;

  constructor(options: SupervisionOptions) {
    this.#options = options;
    this.#send = options.send ?? notify;
    this.#isHeard = (options.environment.NOTIFY_SOCKET ?? "") !== "";
  }

  /** It runs: from now on it is told how. */
  ready(): void {
    if (!this.#isHeard) return;
    void this.#tell(["READY=1", this.#status()]);
    const every = this.#options.every ?? everyMs;
    this.#stop = every(this.#intervalMs(), () => this.#look());
  }

  tellStatus(): void {
    if (this.#isHeard) void this.#tell([this.#status()]);
  }

  /** It ends; resolves once that was told. */
  async stopping(): Promise<void> {
    this.#stop?.();
    if (this.#isHeard) await this.#tell(["STOPPING=1", "STATUS=It ends"]);
  }

  #look(): void {
    const stalled = this.#options.stalled();
    if (stalled.length === 0) {
      void this.#tell(["WATCHDOG=1", this.#status()]);
      return;
    }
    const what = stalled.join("; ");
    this.#options.onProblem(`the watchdog is not fed: ${what}`);
    void this.#tell([`STATUS=Stands still: ${what}`]);
  }

  /** Half of what systemd waits, as sd_watchdog_enabled(3) advises. */
  #intervalMs(): number {
    const { WATCHDOG_USEC, WATCHDOG_PID } = this.#options.environment;
    const isOurs = WATCHDOG_PID === undefined || WATCHDOG_PID === String(process.pid);
    const us = Number(WATCHDOG_USEC);
    return isOurs && us > 0 ? us / 2000 : STATUS_EVERY_MS;
  }

  #status(): string {
    return `STATUS=${this.#options.status().replaceAll("\n", " ")}`;
  }

  #tell(lines: readonly string[]): Promise<void> {
    return this.#send(lines).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      this.#options.onProblem(`systemd could not be told ${lines[0]}: ${why}`);
    });
  }
}

function everyMs(ms: number, task: () => void): () => void {
  const timer = setInterval(task, ms);
  timer.unref();
  return () => clearInterval(timer);
}
