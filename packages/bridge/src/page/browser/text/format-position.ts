/** A position as a map's margin has it: `57.14370° N, 2.09460° W`. */
export function formatPosition([longitude, latitude]: readonly [number, number]): string {
  const north = `${Math.abs(latitude).toFixed(5)}° ${latitude < 0 ? "S" : "N"}`;
  return `${north}, ${Math.abs(longitude).toFixed(5)}° ${longitude < 0 ? "W" : "E"}`;
}
