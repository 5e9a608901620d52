export { type CModel, modelOf as cModelOf } from "../c/c-model.js";
export { formatCReading, parseCReading } from "./c-numbers.js";
export { writeHostDriver } from "./write-host-driver.js";
