export { BrokerDouble, type BrokerDoubleOptions, type RecordedRequest } from "./broker-double.js";
export type { BrokerFault } from "./broker-fault.js";
export { BrokerStore, type Stored } from "./broker-store.js";
