import { Bridge, readConfigFile } from "@bollard/bridge";

/** Runs a built bridge until it is killed; says `running` and the page's address once it is. */
const bridge = new Bridge({ config: readConfigFile(process.argv[2] ?? "") });
const { url } = await bridge.start();
process.stdout.write(`running ${url}\n`);
process.on("SIGTERM", () => void bridge.close().then(() => process.exit(0)));
