import { Bridge, readConfigFile } from "@bollard/bridge";
import { Command } from "commander";
import type { CliIo } from "../cli-io.js";

/** `bollard bridge …`: the daemon between street sensors and city platforms. */
export function bridgeCommand(io: CliIo): Command {
  const command = new Command("bridge").description("run the bridge, or check its configuration");
  command
    .command("run")
    .description("run the bridge until it is told to end")
    .argument("<config>", "YAML file, such as /etc/bollard/bridge.yaml")
    .action(async (file: string) => {
      const bridge = new Bridge({ config: readConfigFile(file) });
      const { url } = await bridge.start();
      if (url) io.stderr.write(`The bridge runs; its page is at ${url}\n`);
      await io.interrupted;
      await bridge.close();
    });
  command
    .command("check")
    .description("check a configuration; every mistake is told with its line")
    .argument("<config>", "YAML file, such as /etc/bollard/bridge.yaml")
    .action((file: string) => {
      readConfigFile(file);
      io.stdout.write(`${file}: good\n`);
    });
  return command;
}
