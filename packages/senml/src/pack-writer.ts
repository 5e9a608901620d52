import { toBase64url } from "./base64url.js";
import { isSenmlName, MOST_NAME_CHARACTERS } from "./pack.js";
import { packRecords } from "./pack-records.js";
import type { ResolvedRecord } from "./record.js";
import { formatSenmlJson } from "./senml-json.js";

/** What a record has in every pack, whatever its value. */
export interface PackedForm {
  /** Without the base name. */
  readonly name: string;
  readonly unit?: string;
  /** The member of the record that holds the value. */
  readonly kind: "value" | "stringValue" | "booleanValue" | "dataValue";
}

type Value = number | string | boolean | Uint8Array;

/** What stands in a gap: the base name, the time, or the value of this index. */
type Gap = "name" | "time" | number;

/** Text with gaps: the first piece, then each gap with the piece after it. */
interface Stencil {
  readonly first: string;
  readonly gaps: readonly Gap[];
  readonly pieces: readonly string[];
}

/** One for each set of values that are there; when there are more, it begins anew. */
const MOST_STENCILS = 64;
/** Which values are there is one bit each of a whole number. */
const MOST_FORMS = 53;

/**
 * Writes packs whose records have always the same names and units and one time, as SenML JSON: the text
 * of `formatSenmlJson` for a quarter of the work. What does not change from pack to pack is packed once.
 */
export class PackWriter {
  readonly #forms: readonly PackedForm[];
  readonly #longestName: number;
  readonly #stencils = new Map<number, Stencil>();

  /** @param forms - the records in their order */
  constructor(forms: readonly PackedForm[]) {
    this.#forms = forms;
    this.#longestName = Math.max(0, ...forms.map(({ name }) => name.length));
  }

  /**
   * Writes one pack.
   *
   * @param baseName - goes before each name; ends in `/`, `:`, `.` or `_` where it is to be quick
   * @param time - of all records, seconds since the Unix epoch
   * @param values - one for each form; undefined for a record that is left out
   * @throws SenmlError with the index of the record that cannot be SenML
   */
  write(baseName: string, time: number, values: readonly (Value | undefined)[]): string {
    const stencil = this.#isPlain(baseName, time) ? this.#stencilFor(values) : undefined;
    if (!stencil) return formatSenmlJson(this.#records(baseName, time, values));
    const { first, gaps, pieces } = stencil;
    let text = first;
    for (let index = 0; index < gaps.length; index++) {
      const gap = gaps[index] as Gap;
      if (gap === "name") text += baseName;
      else if (gap === "time") text += time;
      else {
        const written = textOf(values[gap] as Value);
        if (written === undefined) return formatSenmlJson(this.#records(baseName, time, values));
        text += written;
      }
      text += pieces[index];
    }
    return text;
  }

  #isPlain(baseName: string, time: number): boolean {
    return (
      time > 0 &&
      time < Number.POSITIVE_INFINITY &&
      isSeparator(baseName.charCodeAt(baseName.length - 1)) &&
      baseName.length + this.#longestName <= MOST_NAME_CHARACTERS &&
      isSenmlName(baseName)
    );
  }

  #records(
    baseName: string,
    time: number,
    values: readonly (Value | undefined)[],
  ): ResolvedRecord[] {
    const records: ResolvedRecord[] = [];
    for (const [index, { name, unit, kind }] of this.#forms.entries()) {
      const value = values[index];
      if (value === undefined) continue;
      const unitOf = unit === undefined ? {} : { unit };
      records.push({ name: `${baseName}${name}`, ...unitOf, [kind]: value, time });
    }
    return records;
  }

  #stencilFor(values: readonly (Value | undefined)[]): Stencil | undefined {
    if (this.#forms.length > MOST_FORMS) return undefined;
    let there = 0;
    for (let index = 0; index < values.length; index++) {
      if (values[index] !== undefined) there += 2 ** index;
    }
    const known = this.#stencils.get(there);
    if (known) return known;
    if (this.#stencils.size >= MOST_STENCILS) this.#stencils.clear();
    const stencil = this.#cut(values);
    this.#stencils.set(there, stencil);
    return stencil;
  }

  /** Packs the records the long way, and leaves gaps where packs differ. */
  #cut(values: readonly (Value | undefined)[]): Stencil {
    const base = placeholderFor(this.#forms);
    const there = [...values.keys()].filter((index) => values[index] !== undefined);
    const pieces: string[] = ["["];
    const gaps: Gap[] = [];
    const add = (text: string) => {
      pieces[pieces.length - 1] += text;
    };
    const leave = (gap: Gap) => {
      gaps.push(gap);
      pieces.push("");
    };
    for (const [at, record] of packRecords(this.#records(base, 1, values)).entries()) {
      add(at === 0 ? "{" : ",{");
      for (const [nth, [label, content]] of Object.entries(record).entries()) {
        add(`${nth === 0 ? "" : ","}"${label}":`);
        if (label === "bt" || label === "t") leave("time");
        else if (VALUE_LABELS.has(label)) leave(there[at] as number);
        else if (typeof content === "string" && content.startsWith(base)) {
          add('"');
          leave("name");
          add(JSON.stringify(content.slice(base.length)).slice(1));
        } else add(JSON.stringify(content));
      }
      add("}");
    }
    add("]");
    const [first = "", ...rest] = pieces;
    return { first, gaps, pieces: rest };
  }
}

const VALUE_LABELS: ReadonlySet<string> = new Set(["v", "vs", "vb", "vd"]);

function isSeparator(code: number): boolean {
  return code === 0x2f || code === 0x3a || code === 0x2e || code === 0x5f;
}

/** A base name that is part of no name. */
function placeholderFor(forms: readonly PackedForm[]): string {
  let base = "b";
  while (forms.some(({ name }) => name.includes(base))) base += "b";
  return `${base}/`;
}

/** As JSON; undefined for a number that JSON does not have. */
function textOf(value: Value): string | undefined {
  switch (typeof value) {
    case "number":
      // -0 is 0.
      return Number.isFinite(value) ? String(value + 0) : undefined;
    case "string":
      return JSON.stringify(value);
    case "boolean":
      return String(value);
    default:
      return `"${toBase64url(value)}"`;
  }
}
