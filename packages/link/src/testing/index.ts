export { SimulatedLine, type SimulatedLineOptions } from "./simulated-line.js";
export {
  type Delivered,
  SimulatedStreet,
  type SimulatedStreetOptions,
  type StreetNode,
  StreetOf,
} from "./simulated-street.js";
export { VirtualTime } from "./virtual-time.js";
