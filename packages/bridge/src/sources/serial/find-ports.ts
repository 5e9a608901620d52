import { readdir, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A serial port that is there. */
export interface FoundPort {
  /** The path it was found under, such as one in `/dev/serial/by-id`. */
  readonly path: string;
  /** The device behind it, such as `/dev/ttyACM0`: the same port under any of its names. */
  readonly device: string;
}

/**
 * Looks for ports by paths and by patterns with `*` and `?`, which stand for anything but a slash.
 *
 * A port found by several is given once, under the first. What cannot be read is not there.
 */
export async function findPorts(patterns: readonly string[]): Promise<FoundPort[]> {
  const found = new Map<string, FoundPort>();
  for (const pattern of patterns) {
    for (const path of await expand(pattern)) {
      const device = await realpath(path).catch(() => undefined);
      if (device === undefined || found.has(device)) continue;
      const isFolder = await stat(device).then(
        (stats) => stats.isDirectory(),
        () => true,
      );
      if (!isFolder) found.set(device, { path, device });
    }
  }
  return [...found.values()];
}

/** The folders in which a port of these patterns would come or go. */
export function foldersToWatch(patterns: readonly string[]): string[] {
  const folders = patterns.map((pattern) => {
    const [fixed = "/"] = pattern.split(/\/[^/]*[*?]/);
    return fixed === pattern ? dirname(pattern) : fixed || "/";
  });
  return [...new Set(folders)];
}

/** True for a path with no pattern in it. */
export function isPlainPath(pattern: string): boolean {
  return !/[*?]/.test(pattern);
}

async function expand(pattern: string): Promise<string[]> {
  if (isPlainPath(pattern)) return [pattern];
  let paths = ["/"];
  for (const segment of pattern.split("/").filter(Boolean)) {
    if (isPlainPath(segment)) {
      paths = paths.map((path) => join(path, segment));
      continue;
    }
    const matching = toRegExp(segment);
    const next: string[] = [];
    for (const path of paths) {
      const names = await readdir(path).catch(() => []);
      next.push(...names.filter((name) => matching.test(name)).map((name) => join(path, name)));
    }
    paths = next.sort();
  }
  return paths;
}

function toRegExp(segment: string): RegExp {
  const escaped = segment.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}
