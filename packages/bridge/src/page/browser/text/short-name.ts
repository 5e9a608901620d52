/** What tells one device from another: `ttyACM0` of `/dev/ttyACM0`; other names as they are. */
export function shortName(name: string): string {
  return name.startsWith("/") ? name.slice(name.lastIndexOf("/") + 1) || name : name;
}
