import {
  makePlan,
  type PlanAnswers,
  type PlanLanguage,
  planChoices,
  planLanguages,
  planTexts,
} from "@bollard/mims";
import { Command, Option } from "commander";
import type { CliIo } from "../../cli-io.js";

type Question = keyof PlanAnswers;
type Options = Partial<PlanAnswers> & { readonly town?: string; readonly language: PlanLanguage };

const questions = Object.keys(planChoices) as Question[];

const examples = `
Asks in plain language, or takes the answers as options. The plan is Markdown, on the standard output.

Examples:
  $ bollard mims plan > plan.md
  $ bollard mims plan --town Thisted --sensors lorawan --run pi --platform os2iot --personal no --open yes`;

/** What a town answers that does not know yet. */
const usual: PlanAnswers = {
  ...{ sensors: "foreign", run: "pi", platform: "none", personal: "no", open: "yes" },
};

/** `bollard mims plan`. */
export function mimsPlanCommand(io: CliIo): Command {
  const command = new Command("plan")
    .description("five questions to a small town, and the shortest path for it")
    .option("--town <name>", "of the town");
  for (const question of questions) {
    command.addOption(
      new Option(`--${question} <answer>`, planTexts("en")[`question.${question}`]).choices(
        planChoices[question],
      ),
    );
  }
  return command
    .addOption(new Option("--language <tag>", "of the plan").choices(planLanguages).default("en"))
    .addHelpText("after", examples)
    .action((options: Options) => runPlan(io, options));
}

async function runPlan(io: CliIo, options: Options): Promise<void> {
  const { language } = options;
  const texts = planTexts(language);
  const town = options.town ?? (await ask(io, texts["question.town"] ?? "", "our town"));
  const answers: Partial<Record<Question, string>> = {};
  for (const question of questions) {
    answers[question] = options[question] ?? (await choose(io, question, texts));
  }
  io.stdout.write(makePlan(town, answers as unknown as PlanAnswers, language));
}

/** Asks until the answer is one of the choices; without somebody to ask it is the usual one. */
async function choose(
  io: CliIo,
  question: Question,
  texts: ReturnType<typeof planTexts>,
): Promise<string> {
  for (;;) {
    const answer = await ask(io, texts[`question.${question}`] ?? question, usual[question]);
    if ((planChoices[question] as readonly string[]).includes(answer)) return answer;
  }
}

async function ask(io: CliIo, question: string, usually: string): Promise<string> {
  const answer = (await io.ask?.(`${question} [${usually}]: `))?.trim();
  return answer ? answer : usually;
}
