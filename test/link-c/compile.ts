import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
/** What a firmware copies. */
export const linkFolder = join(here, "../../packages/link/c");

const STRICT = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-Wconversion"];
const SANITIZE = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

export interface CompileOptions {
  /** Default: gcc. */
  readonly compiler?: "gcc" | "clang";
  /** In this folder, beside the link's own source. */
  readonly source: "node.c" | "fuzz.c";
  /** Sizes and parts, such as `{ WINDOW: 8 }` for `BOLLARD_LINK_WINDOW`. */
  readonly config: Readonly<Record<string, number>>;
  /** Stops at the first wrong access or undefined behaviour. */
  readonly sanitize?: boolean;
}

/** Compiles a program that holds the link's C half, with every warning an error. */
export function compile(options: CompileOptions): string {
  const { compiler = "gcc", source, config, sanitize = false } = options;
  const program = join(mkdtempSync(join(tmpdir(), "bollard-link-c-")), source.replace(".c", ""));
  const macros = { COMMANDS: 1, TIME: 1, DESCRIPTORS: 1, COUNTS: 1, ...config };
  const defines = Object.entries(macros).map(([name, value]) => `-DBOLLARD_LINK_${name}=${value}`);
  const sources = [join(here, source), join(linkFolder, "bollard_link.c")];
  const flags = [...STRICT, "-O1", ...(sanitize ? SANITIZE : []), ...defines, `-I${linkFolder}`];
  execFileSync(compiler, [...flags, "-o", program, ...sources], { stdio: "pipe" });
  return program;
}
