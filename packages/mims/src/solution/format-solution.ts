import type { Compliance } from "../run-checks.js";
import type { Solution } from "./solution.js";

/** Where a solution is told of. */
export const solutionForms = ["city-x-city", "tech4good", "fiware-marketplace"] as const;
export type SolutionForm = (typeof solutionForms)[number];

/** A heading and what stands below it; left out where that is empty. */
type Section = readonly [heading: string, body: string];

/**
 * A solution as Markdown, in the order in which a catalogue asks for it.
 *
 * The forms of the City x City Catalogue and of the Tech4Good Marketplace are not published: theirs are the
 * topics that they name. The FIWARE Marketplace wants architecture and data models.
 *
 * @param evidence - of the running solution; its rows take the place of a claim
 */
export function formatSolution(
  form: SolutionForm,
  solution: Solution,
  evidence?: Compliance,
): string {
  const sections = sectionsOf[form](solution, evidence).filter(([, body]) => body !== "");
  const parts = sections.map(([heading, body]) => `## ${heading}\n\n${body}\n`);
  return [`# ${line(solution.title)}\n`, ...parts].join("\n");
}

const sectionsOf: Readonly<
  Record<SolutionForm, (solution: Solution, evidence: Compliance | undefined) => readonly Section[]>
> = {
  "city-x-city": (solution, evidence) => [
    ["Challenge", solution.challenge.trim()],
    ["Solution", solution.description.trim()],
    ["Cities", citiesOf(solution)],
    ["Period", periodOf(solution)],
    ["Results", listed(solution.results)],
    ["Costs", costsOf(solution)],
    ["Minimal Interoperability Mechanisms", mimsOf(evidence)],
    ["Standards", listed([...solution.standards, ...solution.models.map(modelOf)])],
    ["Licences", licencesOf(solution)],
    ["Contacts", contactsOf(solution)],
    ["Links", linksOf(solution)],
  ],
  tech4good: (solution, evidence) => [
    ["The problem", solution.challenge.trim()],
    ["The solution", solution.description.trim()],
    ["Where it runs", citiesOf(solution)],
    ["Impact", [solution.impact?.trim() ?? "", listed(solution.results)].join("\n\n").trim()],
    ["Business model", solution.businessModel?.trim() ?? ""],
    ["Costs", costsOf(solution)],
    ["Openness", [licencesOf(solution), mimsOf(evidence)].join("\n\n").trim()],
    ["Contacts", contactsOf(solution)],
    ["Links", linksOf(solution)],
  ],
  "fiware-marketplace": (solution, evidence) => [
    ["Description", solution.description.trim()],
    ["Architecture", architectureOf(solution)],
    ["Data models", listed(solution.models.map(modelOf))],
    ["Standards", listed(solution.standards)],
    ["Reference", [citiesOf(solution), periodOf(solution), listed(solution.results)].join("\n\n")],
    ["Evidence", mimsOf(evidence)],
    ["Licences", licencesOf(solution)],
    ["Contacts", contactsOf(solution)],
    ["Checklist", checklistOf(solution, evidence)],
  ],
};

function citiesOf({ cities }: Solution): string {
  return listed(
    cities.map(({ name, country, population }) =>
      population === undefined
        ? `${name}, ${country}`
        : `${name}, ${country} (${population.toLocaleString("en-US")} inhabitants)`,
    ),
  );
}

function periodOf({ period: { from, to } }: Solution): string {
  return to === undefined ? `Since ${from}` : `${from} to ${to}`;
}

function costsOf({ costs }: Solution): string {
  if (costs.length === 0) return "";
  const rows = costs.map(({ what, amount, currency, each = "once" }) => {
    const when = each === "once" ? "once" : `each ${each}`;
    return `| ${cell(what)} | ${amount.toLocaleString("en-US")} ${currency} | ${when} |`;
  });
  return ["| what | amount | |", "| --- | ---: | --- |", ...rows].join("\n");
}

function mimsOf(evidence: Compliance | undefined): string {
  if (!evidence) return "";
  const asked = evidence.rows.filter(({ answer }) => answer !== "");
  const rows = asked.map(({ id, label, answer }) => `| ${id} | ${cell(label)} | ${answer} |`);
  const others = evidence.rows.length - asked.length;
  return [
    `MIMs Plus, edition ${evidence.edition}, looked at on ${evidence.checkedAt.slice(0, 10)}: M met, E by an equivalent, N not. ${others} more rows do not apply, or nobody has looked.`,
    "",
    ...["| row | | |", "| --- | --- | --- |", ...rows],
  ].join("\n");
}

function licencesOf({ licence, dataLicence }: Solution): string {
  const software = `Software: ${line(licence)}`;
  return listed(dataLicence === undefined ? [software] : [software, `Data: <${dataLicence}>`]);
}

function contactsOf({ contacts }: Solution): string {
  return listed(
    contacts.map(({ name, role, mail }) => `${name}${role ? `, ${role}` : ""}: <${mail}>`),
  );
}

function linksOf({ links }: Solution): string {
  return listed(links.map(({ title, url }) => `[${line(title)}](${url})`));
}

function modelOf(model: string): string {
  return `Smart Data Model ${model}`;
}

/** A figure that Markdown's readers draw. */
function architectureOf({ broker, models }: Solution): string {
  const city = broker ?? "City platform";
  return [
    "```mermaid",
    "flowchart LR",
    '  sensors["Sensors in the street"] -->|serial, MQTT, LoRaWAN| bridge["Bollard bridge"]',
    `  bridge -->|"NGSI-LD: ${models.join(", ") || "entities"}"| broker["${city.replaceAll('"', "'")}"]`,
    '  broker --> applications["Applications"]',
    "```",
  ].join("\n");
}

/** What a page of the FIWARE Marketplace shows, and whether this one does. */
function checklistOf(solution: Solution, evidence: Compliance | undefined): string {
  const isMet = (row: string) =>
    evidence?.rows.some(({ id, answer }) => id === row && (answer === "M" || answer === "E")) ??
    false;
  const items: readonly (readonly [boolean, string])[] = [
    [solution.broker !== undefined, "The context broker is named"],
    [true, "A figure shows where broker and agent stand"],
    [solution.models.length > 0, "The data models are named"],
    [isMet("2.1"), "They are Smart Data Models: seen on the running thing (row 2.1)"],
    [isMet("2.4"), "Entities pass their models (row 2.4)"],
    [solution.links.length > 0, "There is a page to read more"],
    [solution.contacts.length > 0, "There is a contact"],
  ];
  return items.map(([isDone, what]) => `- [${isDone ? "x" : " "}] ${what}`).join("\n");
}

function listed(items: readonly string[]): string {
  return items.map((item) => `- ${line(item)}`).join("\n");
}

function line(value: string): string {
  return value.replace(/\s+/g, " ").trim();
}

function cell(value: string): string {
  return line(value).replaceAll("|", "\\|");
}
