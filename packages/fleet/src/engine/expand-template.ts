/** What stands for the placeholders of a topic, a client id or a user name. */
export interface TemplateValues {
  /** `%i`: the client's number, from 1 on, as other load tools count. */
  readonly index: number;
  /** `%c`: the client id. */
  readonly clientId?: string;
  /** `%u`: the user name. */
  readonly username?: string;
}

/** Fills in `%i`, `%c` and `%u`; `%%` is a percent sign. */
export function expandTemplate(template: string, values: TemplateValues): string {
  return template.replace(/%([icu%])/g, (whole, letter: string) => {
    if (letter === "i") return String(values.index);
    if (letter === "c") return values.clientId ?? whole;
    if (letter === "u") return values.username ?? whole;
    return "%";
  });
}

/** The filter that takes in every topic of a template: levels with a placeholder become `+`. */
export function filterOf(template: string): string {
  return template
    .split("/")
    .map((level) => (/%[icu]/.test(level) ? "+" : level.replaceAll("%%", "%")))
    .join("/");
}
