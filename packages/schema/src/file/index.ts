export {
  type ParseDocumentOptions,
  type ParsedDocument,
  parseDocument,
} from "./parse-document.js";
export { parseSchema, readSchemaFile, sensorSchemaJsonSchema } from "./parse-schema.js";
export {
  checkSchemasLock,
  emptySchemasLock,
  formatSchemasLock,
  type LockedLayout,
  type LockedSchema,
  parseSchemasLock,
  readSchemasLock,
  type SchemasLock,
  updateSchemasLock,
  writeSchemasLock,
} from "./schemas-lock.js";
