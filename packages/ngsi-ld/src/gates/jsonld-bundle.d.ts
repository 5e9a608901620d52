// The same library without a document loader of its own.
declare module "jsonld/dist/jsonld.esm.min.js" {
  export { default } from "jsonld";
}
