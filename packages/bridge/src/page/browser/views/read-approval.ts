import type { NodeApproval } from "../street/street-api.js";

/** What is typed for a node, or in words what is wrong with it. The place may be left empty. */
export function readApproval(name: string, place: string): NodeApproval | string {
  const called = name.trim();
  if (called === "") return "Give it a name: it becomes part of topics and entity ids.";
  if (place.trim() === "") return { name: called };
  const [latitude, longitude, ...more] = place
    .trim()
    .split(/[\s,;]+/)
    .map(Number);
  const isPlace =
    latitude !== undefined &&
    longitude !== undefined &&
    more.length === 0 &&
    Math.abs(latitude) <= 90 &&
    Math.abs(longitude) <= 180;
  if (!isPlace)
    return "Give the place as latitude, longitude in degrees, such as 57.1437, -2.0946.";
  return { name: called, position: [longitude, latitude] };
}
