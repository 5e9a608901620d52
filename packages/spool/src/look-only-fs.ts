import type { SpoolFile, SpoolFs } from "./spool-fs.js";

/**
 * A disk of which everything is read and nothing is changed: what is written, renamed or removed is
 * let pass without effect. So a folder can be looked at by the same steps that recover it.
 */
export function lookOnlyFs(fs: SpoolFs): SpoolFs {
  return {
    list: (dir) => fs.list(dir),
    holder: (dir) => fs.holder(dir),
    open: async (path, mode) =>
      mode === "create" ? nothing : { ...nothing, ...readable(await fs.open(path, "read")) },
    makeDir: async () => {},
    rename: async () => {},
    remove: async () => {},
    syncDir: async () => {},
    lock: async () => async () => {},
  };
}

function readable(file: SpoolFile): Pick<SpoolFile, "read" | "size" | "close"> {
  return {
    read: (into, position) => file.read(into, position),
    size: () => file.size(),
    close: () => file.close(),
  };
}

const nothing: SpoolFile = {
  read: async () => 0,
  write: async () => {},
  sync: async () => {},
  truncate: async () => {},
  size: async () => 0,
  close: async () => {},
};
