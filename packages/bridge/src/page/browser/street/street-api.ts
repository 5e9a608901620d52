import type {
  BridgeStatus,
  ControlView,
  FieldHistory,
  NodeView,
  TrendPoint,
} from "../../api-types.js";
import type {
  CommandAskView,
  CommandFormView,
  CommandResultView,
  LinkView,
  LogView,
  SpoolView,
  WaitingView,
} from "../../detail-types.js";

const PATIENCE_MS = 8_000;

/** What the owner says of a node when it is approved. */
export interface NodeApproval {
  readonly name: string;
  /** Longitude and latitude, WGS 84 degrees. */
  readonly position?: readonly [number, number];
}

/** The bridge's read API, below a folder such as `api/v1/`. */
export class StreetApi {
  readonly #base: string;
  readonly #onLoggedOut: () => void;

  /**
   * @param base - the folder's address, relative to the page, with its closing slash
   * @param onLoggedOut - called when the bridge wants a login first
   */
  constructor(base: string, onLoggedOut: () => void) {
    this.#base = base;
    this.#onLoggedOut = onLoggedOut;
  }

  /** Where the server-sent events come from. */
  get eventsAddress(): string {
    return `${this.#base}events`;
  }

  status(): Promise<BridgeStatus> {
    return this.#ask("status");
  }

  /** The last two minutes' figures. */
  trend(): Promise<TrendPoint[]> {
    return this.#ask("trend");
  }

  nodes(): Promise<NodeView[]> {
    return this.#ask("nodes");
  }

  controls(): Promise<ControlView[]> {
    return this.#ask("controls");
  }

  /** What one node measured over the last `seconds`. */
  history(node: string, field: string, seconds: number): Promise<FieldHistory> {
    const words = new URLSearchParams({ field, seconds: String(seconds) });
    return this.#ask(`nodes/${encodeURIComponent(node)}/history?${words}`);
  }

  /** Whether one has to log in here. */
  session(): Promise<{ readonly login: boolean }> {
    return this.#ask("session");
  }

  links(): Promise<LinkView[]> {
    return this.#ask("links");
  }

  spool(): Promise<SpoolView> {
    return this.#ask("spool");
  }

  /** What is held for want of a node or a schema. */
  waiting(): Promise<WaitingView[]> {
    return this.#ask("waiting");
  }

  /** The daemon's log lines after the one of that number. */
  log(after: number): Promise<LogView> {
    return this.#ask(`log?after=${after}&limit=1000`);
  }

  /** Puts a node in the registry: what is held of it is then delivered. */
  async approve(id: string, node: NodeApproval): Promise<void> {
    await this.#ask(`registry/${encodeURIComponent(id)}`, jsonBody("PUT", node));
  }

  /** What can be asked of nodes. */
  commands(): Promise<CommandFormView[]> {
    return this.#ask("commands");
  }

  /** Asks a node for something; resolves when it is known what came of it. */
  command(node: string, asked: CommandAskView): Promise<CommandResultView> {
    const path = `nodes/${encodeURIComponent(node)}/commands`;
    return this.#ask(path, jsonBody("POST", asked), asked.withinMs + PATIENCE_MS);
  }

  /** Where a node's readings come from as a file of CSV; times in ISO 8601. */
  csvAddress(words: Readonly<Record<string, string>>): string {
    return `${this.#base}readings.csv?${new URLSearchParams(words)}`;
  }

  /** Presses a button, and returns all of them as they are then. */
  press(control: string): Promise<ControlView[]> {
    return this.#ask(`controls/${encodeURIComponent(control)}`, jsonBody("POST", {}));
  }

  async #ask<Answer>(path: string, init?: RequestInit, patienceMs = PATIENCE_MS): Promise<Answer> {
    const signal = AbortSignal.timeout(patienceMs);
    const response = await fetch(this.#base + path, { ...init, signal, cache: "no-store" });
    if (response.status === 401) this.#onLoggedOut();
    if (!response.ok) throw new Error(await reasonOf(response, path));
    return (await response.json()) as Answer;
  }
}

/** A JSON body keeps pages of other origins from asking for a change. */
function jsonBody(method: "POST" | "PUT", body: unknown): RequestInit {
  const headers = { "content-type": "application/json" };
  return { method, headers, body: JSON.stringify(body) };
}

/** Why the bridge refused, in its own words where it has some. */
async function reasonOf(response: Response, path: string): Promise<string> {
  const problem: unknown = await response.json().catch(() => undefined);
  const said = (key: "detail" | "title") =>
    typeof problem === "object" && problem !== null ? Reflect.get(problem, key) : undefined;
  return said("detail") ?? said("title") ?? `The bridge answered ${response.status} to ${path}`;
}
