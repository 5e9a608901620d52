export { type CLayout, cLayouts } from "./c/folder-layouts.js";
export { type COptions, generateC } from "./c/generate-c.js";
export { CodegenError, type CodegenErrorCode, isCodegenError } from "./error.js";
export type { GeneratedFile } from "./generated-file.js";
export { checkKit, type KitCheck } from "./kit/check/check-kit.js";
export type { KitOptions } from "./kit/kit-options.js";
export { type KitPart, kitParts } from "./kit/kit-parts.js";
export { type KitManifest, makeKit } from "./kit/make-kit.js";
export { arduinoSketch, type SketchOptions } from "./sketch/arduino-sketch.js";
