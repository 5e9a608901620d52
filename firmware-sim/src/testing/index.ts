export { until } from "./until.js";
export { withSerialUno } from "./with-serial-uno.js";
