import { Writer } from "n3";
import { readCatalogue } from "./read-catalogue.js";

const prefixes = {
  dcat: "http://www.w3.org/ns/dcat#",
  dct: "http://purl.org/dc/terms/",
  foaf: "http://xmlns.com/foaf/0.1/",
  vcard: "http://www.w3.org/2006/vcard/ns#",
  xsd: "http://www.w3.org/2001/XMLSchema#",
};

/** A catalogue as Turtle. */
export async function formatTurtle(catalogue: object): Promise<string> {
  const writer = new Writer({ prefixes });
  writer.addQuads([...(await readCatalogue(JSON.stringify(catalogue)))]);
  return new Promise((resolve, reject) => {
    writer.end((error, text) => (error ? reject(error) : resolve(text)));
  });
}
