import { Command } from "commander";
import type { CliIo } from "../cli-io.js";
import { decodeCommand } from "./payload/decode.js";
import { encodeCommand } from "./payload/encode.js";
import { explainCommand } from "./payload/explain.js";
import { measureCommand } from "./payload/measure.js";

/** `bollard payload …`: readings to bytes and back, and what those bytes are. */
export function payloadCommand(io: CliIo): Command {
  return new Command("payload")
    .addCommand(encodeCommand(io))
    .addCommand(decodeCommand(io))
    .addCommand(explainCommand(io))
    .addCommand(measureCommand(io));
}
