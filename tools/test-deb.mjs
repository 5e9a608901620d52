// `npm run -s test:deb`: installs the Debian package in a new Debian 13 (its own Node), checks the unit
// with systemd's own tools, and runs what it starts against a stand-in for systemd's notify socket.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrap, root } from "./bootstrap.mjs";
import { inside, makeSystem, mayMakeSystems } from "./debian-system.mjs";
import { packageDeb } from "./package-deb.mjs";

const say = (line) => process.stderr.write(`${line}\n`);
/** Exposure as `systemd-analyze security` has it, 0 to 100: lower is better. */
const MOST_EXPOSURE = 25;
const UNIT = "/usr/lib/systemd/system/bollard-bridge.service";

if (!mayMakeSystems) {
  say("test:deb needs root on Debian, for debootstrap and chroot. Nothing was tested.");
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), "bollard-deb-"));
const system = join(folder, "debian");
let failed = false;
try {
  await bootstrap();
  const file = await packageDeb(join(root, ".cache/deb"));
  await step("Debian 13 with systemd", () => makeSystem(system, ["systemd", "udev"]));
  cpSync(file, join(system, "bollard.deb"));
  cpSync(join(root, "tools/try-service.pl"), join(system, "try-service.pl"));
  await step("apt install ./bollard.deb", () =>
    inside(
      system,
      "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends /bollard.deb",
    ),
  );
  await step("the command", () => inside(system, "node -v && bollard --version"));
  await step("its configuration", () =>
    inside(system, "bollard bridge check /etc/bollard/bridge.yaml"),
  );
  await step("the serial port's binary", () =>
    inside(
      system,
      "node -e 'require(\"/usr/lib/bollard/node_modules/serialport\").SerialPort.binding.list' && echo loads",
    ),
  );
  await step("a project and its kit", () =>
    inside(
      system,
      "bollard init /tmp/air --yes && bollard kit /tmp/air/air.schema.yaml -o /tmp/kit && bollard kit check /tmp/kit && bollard mims plan | head -1",
    ),
  );
  await step("its user", () => inside(system, "id bollard"));
  await step("systemd-analyze verify", () =>
    inside(system, `systemd-analyze verify --man=no ${UNIT} && echo good`),
  );
  await step("systemd-analyze security", () =>
    inside(
      system,
      `systemd-analyze security --offline=yes --threshold=${MOST_EXPOSURE} --no-pager ${UNIT} | tail -1`,
    ),
  );
  await step("ExecStart", () => inside(system, `perl /try-service.pl ${UNIT}`));
  await step("apt purge", () =>
    inside(
      system,
      "apt-get purge -y -qq bollard && ! ls -d /usr/lib/bollard /var/lib/bollard /etc/bollard 2>/dev/null && echo gone",
    ),
  );
} catch (error) {
  failed = true;
  say(error.message);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
say(failed ? "The package does not work: see above." : "The package works on a new Debian 13.");
process.exit(failed ? 1 : 0);

async function step(title, work) {
  const startedAt = Date.now();
  const output = (await work()) ?? "";
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  say(`${title}: ${seconds} s; ${output.trim().split("\n").at(-1)}`);
}
