import { commandSchema } from "@bollard/payload";
import { commandFingerprint, type SensorSchema } from "@bollard/schema";
import type { GeneratedFile } from "../generated-file.js";
import { banner } from "./c-banner.js";
import { type CModel, modelOf } from "./c-model.js";
import { NameSpace, toWord } from "./c-names.js";
import { type CText, comment, indent, plainWords, toText } from "./c-text.js";
import { guarded, openCpp, structOf } from "./write-header.js";
import { readSlots } from "./write-read-slots.js";

/** One command as C has it. */
interface CCommand {
  readonly model: CModel;
  readonly id: number;
  /** Its member of the union, `dim`. */
  readonly member: string;
  readonly fingerprint: string;
  readonly about: string;
}

function commandsOf(schema: SensorSchema, name: string): CCommand[] {
  const members = new NameSpace();
  return schema.commands.flatMap((command) => {
    const own = commandSchema(schema, command.name);
    if (own === undefined) return [];
    const member = members.claim(toWord(command.name));
    const about = command.description ?? command.title;
    return [
      {
        model: modelOf(own, `${name}_${toWord(command.name)}`),
        id: command.id,
        member,
        fingerprint: commandFingerprint(command),
        about: about === undefined ? "" : ` ${plainWords(about)}`,
      },
    ];
  });
}

/** `street_light_commands.h` and `.c`: what can be asked of the node; nothing where nothing can. */
export function writeCommands(schema: SensorSchema, model: CModel): GeneratedFile[] {
  const commands = commandsOf(schema, model.name);
  if (commands.length === 0) return [];
  const file = `${model.name}_commands`;
  return [
    { path: `${file}.h`, text: writeCommandHeader(model, commands) },
    { path: `${file}.c`, text: writeCommandSource(model, commands) },
  ];
}

function idOf({ model }: CCommand): string {
  return `${model.macro}_ID`;
}

function signature({ name }: CModel): string[] {
  const start = `bollard_status_t ${name}_command_decode(`;
  return [
    `${start}const uint8_t *bytes, size_t length,`,
    `${" ".repeat(start.length)}${name}_command_t *command)`,
  ];
}

function writeCommandHeader(model: CModel, commands: readonly CCommand[]): string {
  const { name, schema } = model;
  const withFields = commands.filter((command) => command.model.slots.length > 0);
  const [first, last] = signature(model);
  return toText(
    banner(model, "Commands"),
    guarded(
      `${name}_commands`,
      '#include "bollard_read.h"',
      "",
      openCpp,
      ...comment(
        `What can be asked of a node that speaks "${schema.name}": ids, and their layouts.`,
      ),
      commands.map((command) => `#define ${idOf(command)} ${command.id}U`),
      commands.map(({ model, fingerprint }) => `#define ${model.macro}_LAYOUT "${fingerprint}"`),
      "",
      withFields.map(({ model, about }) =>
        structOf(model, `${model.name}_t`, `The command "${model.schema.name}".${about}`),
      ),
      ...comment("A command and what came with it."),
      "typedef struct {",
      ...indent(
        "bollard_key_t key; /**< where has_key */",
        "bool has_key;",
        "uint16_t id; /**< which one; it says which member holds */",
        withFields.length > 0 && [
          "union {",
          ...indent(withFields.map(({ model, member }) => `${model.name}_t ${member};`)),
          "} as;",
        ],
        "size_t offset; /**< where it went wrong, in bytes from the first; with a status but OK */",
      ),
      `} ${name}_command_t;`,
      "",
      "/**",
      " * Decodes a command as it came down to the node.",
      " *",
      " * @return BOLLARD_OK; BOLLARD_WRONG_SCHEMA for an id that is none of these; or what is wrong with",
      " * the bytes",
      " */",
      first,
      `${last};`,
      "",
    ),
  );
}

function writeCommandSource(model: CModel, commands: readonly CCommand[]): string {
  const { name } = model;
  return toText(
    banner(model, "Decoder of commands"),
    "#include <string.h>",
    "",
    `#include "${name}_commands.h"`,
    "",
    commands
      .filter((command) => command.model.slots.length > 0)
      .map((command) =>
        readSlots(command.model, `${command.model.name}_t`, `${command.member}_slots`),
      ),
    signature(model),
    "{",
    ...indent(
      "bollard_reader_t reader;",
      "bollard_header_t header;",
      "",
      "memset(command, 0, sizeof(*command));",
      "bollard_read_start(&reader, bytes, length);",
      "bollard_take_header(&reader, &header);",
      "if (header.form != 0U || header.time_mode != BOLLARD_TIME_NONE) {",
      "\tbollard_fail(&reader, BOLLARD_NOT_A_COMMAND, 0U);",
      "}",
      "command->key = header.key;",
      "command->has_key = header.has_key;",
      "command->id = header.schema_id;",
      "switch (header.schema_id) {",
      commands.map(({ model, member, ...command }) => [
        `case ${idOf({ model, member, ...command })}:`,
        ...indent(takeFields(model, member), "break;"),
      ]),
      "default:",
      "\tbollard_fail(&reader, BOLLARD_WRONG_SCHEMA, 1U);",
      "\tbreak;",
      "}",
      "bollard_take_end(&reader);",
      "command->offset = reader.offset;",
      "return reader.status;",
    ),
    "}",
  );
}

function takeFields({ slots, maskBits, maskType }: CModel, member: string): CText {
  if (slots.length === 0) return undefined;
  const table = `${member}_slots`;
  const call = `bollard_take_row(&reader, ${table}, ${slots.length}U, ${maskBits}U, &command->as.${member})`;
  if (maskBits === 0) return `(void)${call};`;
  return `command->as.${member}.present = (${maskType})${call};`;
}
