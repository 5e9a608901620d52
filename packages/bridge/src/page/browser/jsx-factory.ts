/** What the build writes for each JSX element of the page. */
export { Fragment, h } from "preact";
