import { Command } from "commander";
import type { CliIo } from "../cli-io.js";
import { catalogueExportCommand } from "./catalogue/export.js";

/** `bollard catalogue …`: what there is, for data portals. */
export function catalogueCommand(io: CliIo): Command {
  return new Command("catalogue").addCommand(catalogueExportCommand(io));
}
