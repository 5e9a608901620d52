export {
  type ParseDocumentOptions,
  type ParsedDocument,
  parseDocument,
} from "./parse-document.js";
export { parseSchema, readSchemaFile, sensorSchemaJsonSchema } from "./parse-schema.js";
