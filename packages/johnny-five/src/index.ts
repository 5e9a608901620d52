export type { FiveBoard, JohnnyFive } from "./board-session.js";
export { isJohnnyFiveError, JohnnyFiveError, type JohnnyFiveErrorCode } from "./error.js";
export type { Component, FieldSource, SensorComponent } from "./field-source.js";
export { openSerialPort } from "./open-serial-port.js";
export {
  type BoardState,
  type BoardStats,
  type ReportBoardOptions,
  type ReportingBoard,
  reportBoard,
} from "./report-board.js";
