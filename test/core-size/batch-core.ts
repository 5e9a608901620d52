/** What a node needs that only sends, one reading a message or many. */
export { BatchEncoder, compileEncoder } from "@bollard/sdk";
