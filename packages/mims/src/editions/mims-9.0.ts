import {
  changesTold,
  described,
  filters,
  httpManners,
  machineReadable,
} from "../checks/accessing.js";
import { asDeclared } from "../checks/declaring.js";
import { catalogued, licensed } from "../checks/exchanging.js";
import { crsDeclared, featureIds, ogcInterface, openGeoFormat } from "../checks/geospatial.js";
import { lookUp, mappedIds, ownedIds, persistentIds } from "../checks/interlinking.js";
import {
  explicitUnits,
  profiledExtensions,
  standardModels,
  validEntities,
} from "../checks/representing.js";
import { audited, encrypted, login, roles } from "../checks/securing.js";
import { runRecorded, simulatedMarked } from "../checks/twins.js";
import type { Requirement } from "./requirements.js";

const row = (
  id: string,
  label: string,
  refs: readonly string[],
  ...checks: Requirement["checks"]
): Requirement => ({ id, label, refs, checks });

const operators = (
  id: string,
  label: string,
  refs: readonly string[],
  why: string,
): Requirement => ({ id, label, refs, checks: [], why });

/**
 * Rows of the compliance table for MIMs Plus 9.0. Labels and references after the "Procurement Checklist
 * using the MIMs" by Marek Mráz (CC BY 4.0), which compiles MIMs Plus 9.0, © Open & Agile Smart Cities.
 */
export const mims90: readonly Requirement[] = [
  row(
    "0.1",
    "Machine-readable data via standard web API",
    ["MIM0 R1.1", "MIM0 R1.2"],
    machineReadable,
  ),
  row("0.2", "Open API description (OpenAPI) at stable address", ["MIM0 R1.3"], described),
  row("0.3", "Filtering by time, place, attributes", ["MIM0 R2.1", "MIM0 R2.2"], filters),
  row("0.4", "Subscription to changes where needed", ["MIM0 R3.1"], changesTold),
  row("0.5", "Standard HTTP errors, caching, rate limits", ["MIM0 C2"], httpManners),
  row("1.1", "Unique persistent identifier per entity", ["MIM1 R1.1", "MIM1 R1.5"], persistentIds),
  row(
    "1.2",
    "Identifier lookup returns data + type",
    ["MIM1 R1.2", "MIM1 R2.1", "MIM1 R2.2"],
    lookUp,
  ),
  row("1.3", "Cross-system identifier mapping", ["MIM1 R1.3", "MIM1 R1.4"], mappedIds),
  row("1.4", "No vendor internals in identifiers", ["MIM1 M1 3.1"], ownedIds),
  row("2.1", "Standard data models wherever possible", ["MIM2 R1.2a"], standardModels),
  row("2.2", "Models documented, units explicit", ["MIM2 R1.1"], explicitUnits, asDeclared),
  row(
    "2.3",
    "Extensions as profiles, never forks",
    ["MIM2 R1.2b", "MIM2 R4.1", "MIM2 R4.2"],
    profiledExtensions,
  ),
  row("2.4", "Open, schema-validatable serialisation", ["MIM2 R3.1", "MIM2 R3.4"], validEntities),
  row(
    "3.1",
    "Datasets catalogued with standard metadata",
    ["MIM3 RC4.1", "MIM3 RC4.2", "MIM3 RC4.3"],
    catalogued,
  ),
  row("3.2", "Template licences and agreements", ["MIM3 RC2.2", "MIM3 RC2.3"], licensed),
  operators(
    "3.3",
    "City controls access terms itself",
    ["MIM3 RC1.1", "MIM3 RC2.1"],
    "the operator's: who gets what stands in the bridge's configuration (sinks, http.read.access), and only the operator can show who may write it",
  ),
  row("6.1", "Encrypted transfer (TLS 1.3)", ["MIM6 R2.1", "MIM6 M1.1"], encrypted),
  row("6.2", "Standard login (OAuth 2.0 / OIDC)", ["MIM6 R3.1", "MIM6 M1.2", "MIM6 M1.3"], login),
  row(
    "6.3",
    "Role-based access + audit logs",
    ["MIM6 R1.1", "MIM6 R1.3", "ISO/IEC 27001 A.8.15"],
    roles,
    audited,
  ),
  operators(
    "6.4",
    "ISO/IEC 27001:2022 alignment shown",
    ["MIM6 C1", "MIM6 C2", "MIM6 C3"],
    "the operator's: it is about an organisation, and no software shows it",
  ),
  row("7.1", "OGC standard interfaces", ["MIM7 R1.1"], ogcInterface),
  row("7.2", "Open geo formats", ["MIM7 R2.1"], openGeoFormat),
  row("7.3", "CRS declared (EPSG)", ["MIM7 R5.1"], crsDeclared),
  row("7.4", "Persistent IDs on spatial features", ["MIM7 R4.1"], featureIds),
  row("8.1", "Twin data and outputs via APIs", ["MIM8 R1.1"], simulatedMarked),
  row("8.2", "Models documented and callable", ["MIM8 R3.1", "MIM8 R3.2"], runRecorded),
  row("8.3", "Standard output formats", ["MIM8 M2"], validEntities),
  row("8.4", "Workflow provenance recorded", ["MIM8 R4.4"], runRecorded),
];
