export { type CLayout, cLayouts } from "./c/folder-layouts.js";
export { type COptions, generateC } from "./c/generate-c.js";
export { CodegenError, type CodegenErrorCode, isCodegenError } from "./error.js";
export type { GeneratedFile } from "./generated-file.js";
