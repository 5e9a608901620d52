type CoreName = "device-encode" | "device" | "encode" | "batch" | "whole";

/** What each core may take above an empty context, in bytes of the engine's own count. */
export declare const mostBytes: Readonly<Record<CoreName, number>>;

/** What each may take to download, minified and by brotli: bytes. */
export declare const mostBrotliBytes: Readonly<Record<CoreName, number>>;

/** One script of a core, which leaves what its entry exports in the global `core`. */
export declare function bundleCore(name: string): Promise<string>;

/** Runs scripts in a fresh QuickJS context; gives the last one's value. */
export declare function runInQuickJs(...scripts: readonly string[]): Promise<unknown>;

/** Sizes of a core, and whether it keeps its bound. */
export declare function measureCore(
  name: string,
  most: number,
): Promise<{
  readonly usedBytes: number;
  readonly mostBytes: number;
  readonly fits: boolean;
  readonly scriptBytes: number;
  readonly brotliBytes: number;
}>;
