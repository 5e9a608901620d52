import type { SwaggerOptions } from "@fastify/swagger";
import type { ReadAccess } from "./read-access.js";

/** What the OpenAPI document says beside the routes themselves. @see OpenAPI 3.1.1 */
export function openApiInfo(version: string, access: ReadAccess): SwaggerOptions {
  const isOpen = access.kind === "open";
  return {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Bollard: what the street's sensors tell",
        version,
        description:
          "Latest and past readings of sensor nodes, as NGSI-LD entities of the Smart Data Models, GeoJSON, CSV and SenML, and as OGC SensorThings. Times are UTC, places WGS 84 with the longitude first.",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" } as never,
      },
      ...(!isOpen && { security: [{ token: [] }] }),
      components: isOpen ? {} : { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) =>
        typeof json.$id === "string" ? json.$id : `schema-${index}`,
    },
    hideUntagged: false,
  };
}
