/** What a node needs that only sends, one reading a message: its schema comes as data. */
export { compileEncoder } from "@bollard/sdk";
