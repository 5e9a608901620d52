export { until } from "./until.js";
export { withSerialBoard } from "./with-serial-board.js";
