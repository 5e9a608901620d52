export { readRuntimeFile } from "./read-runtime-file.js";
