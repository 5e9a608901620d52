/** An arithmetic expression, read once. */
export interface Formula {
  /** The names in it that are no functions, each once, in the order in which they first stand. */
  readonly names: readonly string[];
  /**
   * The expression's value.
   *
   * @param read - the number that a name stands for
   * @returns NaN or an infinity where arithmetic gives such, as 1 / 0 does
   */
  evaluate(read: (name: string) => number): number;
}

/** Why a text is no formula. */
export interface FormulaFault {
  /** Character of the text at which it stops making sense, from 0 on. */
  readonly offset: number;
  /** What is wrong; what would be right. */
  readonly message: string;
}

/** Longest formula in characters, which bounds how deep its brackets go too. */
export const MOST_FORMULA = 500;

type Evaluate = Formula["evaluate"];

interface FormulaFunction {
  readonly least: number;
  readonly most: number;
  readonly apply: (values: readonly number[]) => number;
}

function one(apply: (value: number) => number): FormulaFunction {
  return { least: 1, most: 1, apply: ([value = Number.NaN]) => apply(value) };
}

const many = 32;

/** What may be called in a formula. */
const functions: ReadonlyMap<string, FormulaFunction> = new Map([
  ["abs", one(Math.abs)],
  ["exp", one(Math.exp)],
  ["floor", one(Math.floor)],
  ["ln", one(Math.log)],
  ["log10", one(Math.log10)],
  ["round", one(Math.round)],
  ["sqrt", one(Math.sqrt)],
  ["max", { least: 2, most: many, apply: (values) => Math.max(...values) }],
  ["min", { least: 2, most: many, apply: (values) => Math.min(...values) }],
  ["classify", { least: 2, most: many, apply: classify }],
]);

/** How many of the bounds the value reaches: 0 below the first. */
function classify([value = Number.NaN, ...bounds]: readonly number[]): number {
  if (Number.isNaN(value)) return value;
  return bounds.filter((bound) => value >= bound).length;
}

class Fault {
  readonly fault: FormulaFault;

  constructor(offset: number, message: string) {
    this.fault = { offset, message };
  }
}

/** Reads an expression from left to right, each rule of the grammar a method. */
class FormulaParser {
  readonly #text: string;
  readonly #names = new Set<string>();
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Formula {
    const evaluate = this.#sum();
    this.#skipSpace();
    if (this.#position < this.#text.length) this.#refuse("an operator is missing here");
    return { names: [...this.#names], evaluate };
  }

  #sum(): Evaluate {
    let left = this.#product();
    for (;;) {
      const operator = this.#take("+-");
      if (operator === "") return left;
      const [first, second] = [left, this.#product()];
      left =
        operator === "+"
          ? (read) => first(read) + second(read)
          : (read) => first(read) - second(read);
    }
  }

  #product(): Evaluate {
    let left = this.#signed();
    for (;;) {
      const operator = this.#take("*/");
      if (operator === "") return left;
      const [first, second] = [left, this.#signed()];
      left =
        operator === "*"
          ? (read) => first(read) * second(read)
          : (read) => first(read) / second(read);
    }
  }

  #signed(): Evaluate {
    if (this.#take("-") === "") return this.#power();
    const value = this.#signed();
    return (read) => -value(read);
  }

  #power(): Evaluate {
    const base = this.#atom();
    if (this.#take("^") === "") return base;
    const exponent = this.#signed();
    return (read) => base(read) ** exponent(read);
  }

  #atom(): Evaluate {
    if (this.#take("(") !== "") {
      const value = this.#sum();
      this.#expect(")");
      return value;
    }
    const number = this.#match(/\d+(\.\d+)?(e[+-]?\d+)?/y);
    if (number !== "") {
      const value = Number(number);
      return () => value;
    }
    const start = this.#position;
    const name = this.#match(/[a-z][a-z0-9_]*/y);
    if (name === "") this.#refuse("a number, a field or a bracket is missing here");
    if (this.#take("(") !== "") return this.#call(name, start);
    this.#names.add(name);
    return (read) => read(name);
  }

  #call(name: string, start: number): Evaluate {
    const known = functions.get(name);
    if (known === undefined) {
      throw new Fault(
        start,
        `${name} is no function; there is ${[...functions.keys()].join(", ")}`,
      );
    }
    const values = [this.#sum()];
    while (this.#take(",") !== "") values.push(this.#sum());
    this.#expect(")");
    const { least, most, apply } = known;
    if (values.length < least || values.length > most) {
      const wanted = least === most ? `${least}` : `${least} to ${most}`;
      throw new Fault(start, `${name} takes ${wanted} values, not ${values.length}`);
    }
    return (read) => apply(values.map((value) => value(read)));
  }

  #skipSpace(): void {
    while (this.#text[this.#position] === " ") this.#position++;
  }

  /** The next character where it is one of these, else nothing. */
  #take(characters: string): string {
    this.#skipSpace();
    const next = this.#text[this.#position] ?? "";
    if (next === "" || !characters.includes(next)) return "";
    this.#position++;
    return next;
  }

  #expect(character: string): void {
    if (this.#take(character) === "") this.#refuse(`${character} is missing here`);
  }

  #match(pattern: RegExp): string {
    this.#skipSpace();
    pattern.lastIndex = this.#position;
    const text = pattern.exec(this.#text)?.[0] ?? "";
    this.#position += text.length;
    return text;
  }

  #refuse(message: string): never {
    throw new Fault(this.#position, message);
  }
}

/**
 * Reads an arithmetic expression over fields, such as `pm25 / (1 + 0.25 * (humidity / 100) ^ 2)`.
 *
 * It has numbers, names, `+ - * / ^`, brackets, and the functions `abs`, `exp`, `floor`, `ln`,
 * `log10`, `max`, `min`, `round`, `sqrt`, and `classify(value, bound, …)`: how many of the bounds the
 * value reaches. `^` binds to the right and before a sign: `-2 ^ 2` is -4.
 *
 * No code is made of it, and it ends in bounded time: it has no loops.
 *
 * @param text - at most {@link MOST_FORMULA} characters
 */
export function parseFormula(text: string): Formula | FormulaFault {
  if (text.length > MOST_FORMULA) {
    const message = `${text.length} characters are too many; at most ${MOST_FORMULA}`;
    return { offset: MOST_FORMULA, message };
  }
  try {
    return new FormulaParser(text).parse();
  } catch (error) {
    if (error instanceof Fault) return error.fault;
    throw error;
  }
}
