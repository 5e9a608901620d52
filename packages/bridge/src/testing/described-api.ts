import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** An answer of the read API, checked against what the API says of itself. */
export interface DescribedAnswer {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what it is, the description has checked
  readonly json: any;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads an API and checks each answer against its OpenAPI document: that the path, the status and the
 * media type are there, and that the body fits their schema.
 */
export class DescribedApi {
  readonly #base: string;
  readonly #paths: Readonly<Record<string, Members>>;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });

  private constructor(base: string, document: { paths: Record<string, Members> }) {
    this.#base = base;
    this.#paths = document.paths;
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(document, "api");
  }

  static async open(base: string, headers: Record<string, string> = {}): Promise<DescribedApi> {
    const response = await fetch(`${base}/v1/openapi.json`, { headers });
    return new DescribedApi(base, (await response.json()) as { paths: Record<string, Members> });
  }

  /** @param path - with its query, such as `/v1/entities?limit=2` */
  async get(path: string, headers: Record<string, string> = {}): Promise<DescribedAnswer> {
    const response = await fetch(this.#base + path, { headers });
    const text = await response.text();
    const type = (response.headers.get("content-type") ?? "").split(";")[0] ?? "";
    const isJson = /json$/.test(type) && response.status !== 304;
    const json: unknown = isJson ? JSON.parse(text) : undefined;
    const { status } = response;
    if (status !== 304) this.#check(path, String(status), type, isJson ? json : text);
    return { status, type, headers: response.headers, text, json };
  }

  #check(path: string, status: string, type: string, body: unknown): void {
    const plain = path.split("?")[0] ?? "";
    const template = Object.keys(this.#paths)
      .sort((one, other) => one.split("{").length - other.split("{").length)
      .find((one) =>
        new RegExp(`^${one.replace(/[()$]/g, "\\$&").replace(/\{\w+\}/g, "[^/]+")}$`).test(plain),
      );
    if (template === undefined) throw new Error(`no path is described for ${plain}`);
    const parts = ["paths", template, "get", "responses", status, "content", type, "schema"];
    const pointer = parts.map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1"));
    const place = `api#/${pointer.map(encodeURIComponent).join("/")}`;
    const validate = this.#ajv.getSchema(place);
    if (!validate) throw new Error(`no answer ${status} ${type} is described for ${template}`);
    if (!validate(body)) {
      throw new Error(`${plain} is not as described: ${this.#ajv.errorsText(validate.errors)}`);
    }
  }
}
