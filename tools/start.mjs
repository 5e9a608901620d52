// `npm start`: one street, end to end, on this machine.
import { bootstrap } from "./bootstrap.mjs";
import { runProgram } from "./run-program.mjs";

await bootstrap();
runProgram("examples/run-street/dist/main.js", process.argv.slice(2));
