/** What a node needs that only sends, and whose schema comes laid out. */
export { compileEncoder } from "@bollard/sdk/device";
