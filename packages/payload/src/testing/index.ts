export { arrivalForTests, readingArbitrary, readingsArbitrary } from "./reading-arbitrary.js";
export { schemaArbitrary } from "./schema-arbitrary.js";
