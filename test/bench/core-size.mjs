// `npm run -s bench:core-size`: what the SDK's core takes in QuickJS, above an empty context, and as
// a script. Fails where it takes more than it may. Ends with one JSON line.
import { bootstrap } from "../../tools/bootstrap.mjs";

await bootstrap();
const { measureCore, mostBrotliBytes, mostBytes } = await import("../core-size/measure-core.mjs");

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
const results = {};
for (const [name, most] of Object.entries(mostBytes)) {
  const result = await measureCore(name, most);
  results[name] = result;
  const { usedBytes, scriptBytes, brotliBytes, fits } = result;
  const bound = `of ${kib(most)}${fits ? "" : ": TOO BIG"}`;
  console.log(
    `${name.padEnd(13)}  ${kib(usedBytes)} in QuickJS, ${bound}; script ${kib(scriptBytes)}, compressed ${kib(brotliBytes)} of ${kib(mostBrotliBytes[name])}`,
  );
}
console.log(JSON.stringify(results));
if (Object.values(results).some(({ fits }) => !fits)) process.exitCode = 1;
