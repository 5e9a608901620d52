// `npm run -s bollard -- ARGS`: the command line, from this checkout.
import { bootstrap } from "./bootstrap.mjs";
import { runProgram } from "./run-program.mjs";

await bootstrap();
runProgram("packages/cli/dist/main.js", process.argv.slice(2));
