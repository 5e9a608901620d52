/** A solution that a city has, as catalogues of such ask for it. */
export interface Solution {
  readonly title: string;
  /** What was wrong. */
  readonly challenge: string;
  /** What was done. */
  readonly description: string;
  readonly cities: readonly {
    readonly name: string;
    readonly country: string;
    readonly population?: number;
  }[];
  /** When it began, and where it is over when it ended: `2026-09`, or with a day. */
  readonly period: { readonly from: string; readonly to?: string };
  /** What came of it, one sentence each. */
  readonly results: readonly string[];
  /** By what they are for. */
  readonly costs: readonly {
    readonly what: string;
    readonly amount: number;
    /** ISO 4217, such as `EUR`. */
    readonly currency: string;
    /** Default: once. */
    readonly each?: "once" | "year" | "month";
  }[];
  /** Who pays for what, and what keeps it going. */
  readonly businessModel?: string;
  /** On people and on the city. */
  readonly impact?: string;
  readonly standards: readonly string[];
  /** Smart Data Models, such as `AirQualityObserved`. */
  readonly models: readonly string[];
  /** Name of the context broker; none where there is none. */
  readonly broker?: string;
  /** Licence of the software: an SPDX name. */
  readonly licence: string;
  /** Licence of the data: its address. */
  readonly dataLicence?: string;
  readonly contacts: readonly {
    readonly name: string;
    readonly role?: string;
    readonly mail: string;
  }[];
  readonly links: readonly { readonly title: string; readonly url: string }[];
}

const text = (description: string) => ({ type: "string", minLength: 1, description });
const listOf = (items: object, minItems = 1) => ({ type: "array", minItems, items });
const members = (required: readonly string[], properties: object) => ({
  ...{ type: "object", additionalProperties: false, required, properties },
});
const month = {
  type: "string",
  pattern: "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$",
  description: "a month, or a day, such as 2026-09",
};
const address = { type: "string", pattern: "^https?://", description: "an address" };

/** JSON Schema (draft 7) of a {@link Solution}. */
export const solutionSchema: object = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "A city's solution",
  ...members(
    [
      ...["title", "challenge", "description", "cities", "period", "results", "costs"],
      ...["standards", "models", "licence", "contacts", "links"],
    ],
    {
      $schema: { type: "string" },
      title: text("what it is called"),
      challenge: text("what was wrong"),
      description: text("what was done"),
      cities: listOf(
        members(["name", "country"], {
          name: text("of the city"),
          country: text("of the city"),
          population: { type: "integer", minimum: 1, description: "how many live there" },
        }),
      ),
      period: members(["from"], { from: month, to: month }),
      results: listOf(text("what came of it, in one sentence")),
      costs: listOf(
        members(["what", "amount", "currency"], {
          what: text("what it is for"),
          amount: { type: "number", minimum: 0, description: "how much" },
          currency: { type: "string", pattern: "^[A-Z]{3}$", description: "such as EUR" },
          each: { enum: ["once", "year", "month"] },
        }),
        0,
      ),
      businessModel: text("who pays for what"),
      impact: text("on people and on the city"),
      standards: listOf(text("such as NGSI-LD"), 0),
      models: listOf(text("a Smart Data Model, such as AirQualityObserved"), 0),
      broker: text("name of the context broker"),
      licence: text("of the software, such as Apache-2.0"),
      dataLicence: address,
      contacts: listOf(
        members(["name", "mail"], {
          name: text("who is asked"),
          role: text("of that person"),
          mail: { type: "string", pattern: "^[^@\\s]+@[^@\\s]+$", description: "a mailbox" },
        }),
      ),
      links: listOf(members(["title", "url"], { title: text("of the page"), url: address }), 0),
    },
  ),
};
