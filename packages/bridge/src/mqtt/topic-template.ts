/** One level of a template or filter that stands for any text. */
const PLACEHOLDER = /\{([a-zA-Z]+)\}/g;

/**
 * A topic with names in it, such as `street/{node}/{schema}`: what to subscribe to, and what a topic
 * that comes in says.
 *
 * `{name}` stands for one level or a part of one, and is given by its name; `+` for one level and a
 * last `#` for all the rest are of no interest.
 */
export class TopicTemplate {
  /** The filter to subscribe to. */
  readonly filter: string;
  /** The names in it, in their order. */
  readonly names: readonly string[];
  readonly #pattern: RegExp;

  constructor(template: string) {
    this.names = [...template.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);
    const levels = template.split("/");
    this.filter = levels.map((level) => (level.includes("{") ? "+" : level)).join("/");
    const patterns = levels.map((level) => {
      if (level === "+") return "[^/]*";
      if (level === "#") return ".*";
      return escapeRegExp(level).replace(/\\\{([a-zA-Z]+)\\\}/g, "(?<$1>[^/]+)");
    });
    // A last `#` stands for the level above it, too.
    const pattern = patterns.join("/").replace(/\/\.\*$/, "(?:/.*)?");
    this.#pattern = new RegExp(`^${pattern}$`);
  }

  /** What each name stands for in this topic; undefined for a topic of another form. */
  match(topic: string): Readonly<Record<string, string>> | undefined {
    const found = this.#pattern.exec(topic);
    return found ? (found.groups ?? {}) : undefined;
  }
}

/**
 * Fills the names of a template in: `formatTopic("{prefix}/{node}", { prefix: "city", node: "a" })` is
 * `city/a`. A name that is not given stays as it is.
 */
export function formatTopic(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(PLACEHOLDER, (all, name: string) => values[name] ?? all);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
