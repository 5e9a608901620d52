import { readRuntimeFile } from "@bollard/payload/c";
import { CodegenError } from "../error.js";
import type { GeneratedFile } from "../generated-file.js";

/**
 * The C files that all generated sources share, as @bollard/payload ships them.
 *
 * @throws CodegenError `CODEGEN_NO_RUNTIME`
 */
export function runtimeFiles(names: readonly string[]): GeneratedFile[] {
  return names.map((name) => {
    try {
      return { path: name, text: readRuntimeFile(name) };
    } catch (cause) {
      const message = "it is not among the files of @bollard/payload; install that anew";
      throw new CodegenError("CODEGEN_NO_RUNTIME", name, message, { cause });
    }
  });
}
