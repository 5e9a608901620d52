/** What a node needs that only sends: its schema comes as data. */
export { compileSchema } from "@bollard/sdk";
