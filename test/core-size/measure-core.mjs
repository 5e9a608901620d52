import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import variant from "@jitl/quickjs-wasmfile-release-sync";
import { newQuickJSWASMModuleFromVariant } from "quickjs-emscripten-core";

const root = fileURLToPath(new URL("../..", import.meta.url));
const engine = newQuickJSWASMModuleFromVariant(variant);

/** What each core may take above an empty context, in bytes of the engine's own count. */
export const mostBytes = {
  "device-encode": 64 * 1024,
  device: 256 * 1024,
  encode: 64 * 1024,
  batch: 100 * 1024,
  whole: 256 * 1024,
};
/**
 * What each may take to download, minified and by brotli: bytes. For the doors that lay a schema out
 * themselves it is what they took when they were last made smaller.
 */
export const mostBrotliBytes = {
  "device-encode": 4 * 1024,
  device: 12 * 1024,
  encode: 5150,
  batch: 7600,
  whole: 18_600,
};

/**
 * One script of a core, as a device would carry it: bundled, shaken, minified. It leaves what the
 * entry exports in the global `core`. An entry that reaches for a Node built-in fails here.
 */
export async function bundleCore(name) {
  // tsup brings esbuild along; nothing else of ours needs it by name.
  const tsup = createRequire(`${root}package.json`).resolve("tsup");
  const esbuild = createRequire(tsup)("esbuild");
  const { outputFiles } = await esbuild.build({
    entryPoints: [fileURLToPath(new URL(`${name}-core.ts`, import.meta.url))],
    write: false,
    bundle: true,
    minify: true,
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["@bollard/source"],
    format: "iife",
    globalName: "core",
    target: "es2022",
    logLevel: "silent",
  });
  return outputFiles[0].text;
}

/** Bytes that the engine counts as used, once a script has run in a fresh context. */
export async function usedBytes(script) {
  const quickJs = await engine;
  const runtime = quickJs.newRuntime();
  const context = runtime.newContext();
  const used = () => {
    const handle = runtime.computeMemoryUsage();
    const { memory_used_size } = context.dump(handle);
    handle.dispose();
    return memory_used_size;
  };
  try {
    const empty = used();
    context.unwrapResult(context.evalCode(script, "core.js")).dispose();
    return used() - empty;
  } finally {
    context.dispose();
    runtime.dispose();
  }
}

/** Runs a script in a fresh context after others; gives its last value. */
export async function runInQuickJs(...scripts) {
  const quickJs = await engine;
  const context = quickJs.newContext();
  try {
    let last;
    for (const script of scripts) {
      const handle = context.unwrapResult(context.evalCode(script, "script.js"));
      last = context.dump(handle);
      handle.dispose();
    }
    return last;
  } finally {
    context.dispose();
  }
}

/** Sizes of a core, and whether it keeps its bound. */
export async function measureCore(name, most) {
  const script = await bundleCore(name);
  const bytes = await usedBytes(script);
  return {
    usedBytes: bytes,
    mostBytes: most,
    fits: bytes <= most,
    scriptBytes: Buffer.byteLength(script),
    brotliBytes: brotliCompressSync(script).length,
  };
}
