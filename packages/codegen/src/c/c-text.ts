/** A piece of C: lines, nested ones, or nothing. */
export type CText = string | false | undefined | readonly CText[];

/** Joins pieces into lines; what is false or undefined leaves no line. */
export function toLines(text: CText): string[] {
  if (text === false || text === undefined) return [];
  if (typeof text === "string") return text.split("\n");
  return text.flatMap(toLines);
}

/** The same, one tab further in. */
export function indent(...text: readonly CText[]): string[] {
  return toLines(text).map((line) => (line === "" || line.startsWith("#") ? line : `\t${line}`));
}

/** A source file's text: its lines and one newline at the end. */
export function toText(...text: readonly CText[]): string {
  return `${toLines(text).join("\n")}\n`;
}

/** An unsigned constant. */
export function unsigned(value: number): string {
  return value > 0xffff ? `${value}UL` : `${value}U`;
}

/** A signed or unsigned constant of up to 32 bits, of which C99 has a type on each machine. */
export function integer(value: number): string {
  if (value === -(2 ** 31)) return "(-2147483647L - 1)";
  if (value < 0) return value < -0x8000 ? `(${value}L)` : `(${value})`;
  if (value > 0x7fffffff) return `${value}UL`;
  return value > 0x7fff ? `${value}L` : String(value);
}

/** A comment block of at most 100 columns. */
export function comment(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length > 95) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  if (lines.length === 1) return [`/** ${line} */`];
  return ["/**", ...lines.map((each) => ` * ${each}`), " */"];
}

/** Words of a schema that go into a comment: they cannot end it. */
export function plainWords(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replaceAll("*/", "* /")
    .replaceAll("/*", "/ *")
    .replaceAll("??", "? ?")
    .trim();
}
