// `npm run -s firmware`: builds the station's firmware, and tells what it takes in flash, memory and
// charge. Needs avr-gcc.
import { bootstrap } from "./bootstrap.mjs";
import { runProgram } from "./run-program.mjs";

await bootstrap();
runProgram("firmware-sim/firmware/dist/main.js", process.argv.slice(2));
