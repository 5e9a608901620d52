// `npm run build`: installs what is missing and builds what is stale. `-- --force` builds all.
import { bootstrap, build } from "./bootstrap.mjs";

await bootstrap();
if (process.argv.includes("--force")) await build({ force: true });
