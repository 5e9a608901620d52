import { changesTold, filters, history } from "../checks/accessing.js";
import { algorithmsDeclared, personalDataRuled, resourcesTold } from "../checks/accounting.js";
import { asDeclared } from "../checks/declaring.js";
import { catalogued, licensed } from "../checks/exchanging.js";
import { crsDeclared, featureIds, ogcInterface, openGeoFormat } from "../checks/geospatial.js";
import { lookUp } from "../checks/interlinking.js";
import { explicitUnits, standardModels, validEntities } from "../checks/representing.js";
import { encrypted, login } from "../checks/securing.js";
import type { Requirement } from "./requirements.js";

/** MIMs Plus v4 to v5 of 2021 and 2022, by what each asks in short. */
export const mimsV5: readonly Requirement[] = [
  {
    id: "1.1",
    label: "Context information: current state by NGSI-LD entities",
    refs: ["MIM1"],
    checks: [lookUp],
  },
  { id: "1.2", label: "Context information: past states", refs: ["MIM1"], checks: [history] },
  {
    id: "1.3",
    label: "Context information: queries by place, time and attribute",
    refs: ["MIM1"],
    checks: [filters],
  },
  { id: "1.4", label: "Context information: subscriptions", refs: ["MIM1"], checks: [changesTold] },
  {
    id: "2.1",
    label: "Shared data models",
    refs: ["MIM2"],
    checks: [standardModels, validEntities],
  },
  {
    id: "2.2",
    label: "Units and times explicit",
    refs: ["MIM2"],
    checks: [explicitUnits, asDeclared],
  },
  {
    id: "3.1",
    label: "Ecosystem transactions: assets discoverable, terms known",
    refs: ["MIM3"],
    checks: [catalogued, licensed],
  },
  {
    id: "4.1",
    label: "Personal data: what leaves, by which rule and for what, is on record",
    refs: ["MIM4"],
    checks: [personalDataRuled],
  },
  {
    id: "4.2",
    label: "Personal data: a person sees, permits and revokes",
    refs: ["MIM4"],
    checks: [],
    why: "the operator's: who a person is, and what they permit, no interface tells; the bridge's part is bollard spool export and the erasure of a node, by its id",
  },
  {
    id: "5.1",
    label: "Fair and transparent AI: systems can be asked what they decide",
    refs: ["MIM5"],
    checks: [algorithmsDeclared],
  },
  {
    id: "6.1",
    label: "Security management: encrypted transfer and login",
    refs: ["MIM6"],
    checks: [encrypted, login],
  },
  {
    id: "7.1",
    label: "Places: OGC interface, open formats, persistent ids, reference system",
    refs: ["MIM7"],
    checks: [ogcInterface, openGeoFormat, featureIds, crsDeclared],
  },
  {
    id: "8.1",
    label: "Ecosystem indicators",
    refs: ["MIM8"],
    checks: [],
    why: "nobody's: the edition has objectives here and no requirement",
  },
  {
    id: "9.1",
    label: "Data analytics",
    refs: ["MIM9"],
    checks: [],
    why: "nobody's: the edition has objectives here and no requirement",
  },
  {
    id: "10.1",
    label: "Resource impact assessment (objectives; no requirement)",
    refs: ["MIM10"],
    checks: [resourcesTold],
  },
];

/** The edition between: MIM1 still is context information, and MIM7 has requirements of its own. */
export const mims2024: readonly Requirement[] = [
  ...mimsV5.filter(({ id }) => !id.startsWith("7.")),
  {
    id: "7.1",
    label: "A standard web service for places",
    refs: ["MIM7 R1"],
    checks: [ogcInterface],
  },
  { id: "7.2", label: "Open encodings", refs: ["MIM7 R2", "MIM7 R3"], checks: [openGeoFormat] },
  {
    id: "7.4",
    label: "Persistent identifiers of features",
    refs: ["MIM7 R4"],
    checks: [featureIds],
  },
  {
    id: "7.5",
    label: "Coordinate reference system declared",
    refs: ["MIM7 R5"],
    checks: [crsDeclared],
  },
];
