import type { BridgeStatus, ControlView, FieldHistory, NodeView } from "../../api-types.js";

const PATIENCE_MS = 8_000;

/** The bridge's read API, below a folder such as `api/v1/`. */
export class StreetApi {
  readonly #base: string;

  /** @param base - the folder's address, relative to the page, with its closing slash */
  constructor(base: string) {
    this.#base = base;
  }

  /** Where the server-sent events come from. */
  get eventsAddress(): string {
    return `${this.#base}events`;
  }

  status(): Promise<BridgeStatus> {
    return this.#get("status");
  }

  nodes(): Promise<NodeView[]> {
    return this.#get("nodes");
  }

  controls(): Promise<ControlView[]> {
    return this.#get("controls");
  }

  /** What one node measured over the last `seconds`. */
  history(node: string, field: string, seconds: number): Promise<FieldHistory> {
    const words = new URLSearchParams({ field, seconds: String(seconds) });
    return this.#get(`nodes/${encodeURIComponent(node)}/history?${words}`);
  }

  /** Presses a button. A JSON body keeps pages of other origins from doing so unasked. */
  async press(control: string): Promise<void> {
    await this.#ask(`controls/${encodeURIComponent(control)}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
  }

  async #get<Answer>(path: string): Promise<Answer> {
    const response = await this.#ask(path, { headers: { accept: "application/json" } });
    return (await response.json()) as Answer;
  }

  async #ask(path: string, init: RequestInit): Promise<Response> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(this.#base + path, { ...init, signal, cache: "no-store" });
    if (!response.ok) throw new Error(`The bridge answered ${response.status} to ${path}`);
    return response;
  }
}
