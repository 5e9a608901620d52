export { endAtHangUp } from "./end-at-hang-up.js";
