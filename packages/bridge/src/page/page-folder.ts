/**
 * The folder with the built page: `index.html`, `page.js`, `page.css` and `icon.svg`, as a `file:` URL.
 *
 * It is the same folder, `dist/page/` of this package, from the sources and from the built package.
 */
export const pageFolder: URL = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/page/" : "./page/",
  import.meta.url,
);
