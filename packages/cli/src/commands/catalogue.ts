import { Command } from "commander";
import type { CliIo } from "../cli-io.js";
import { catalogueExportCommand } from "./catalogue/export.js";
import { catalogueSolutionCommand } from "./catalogue/solution.js";

/** `bollard catalogue …`: what there is, for portals and catalogues. */
export function catalogueCommand(io: CliIo): Command {
  return new Command("catalogue")
    .addCommand(catalogueExportCommand(io))
    .addCommand(catalogueSolutionCommand(io));
}
