import { Duplex } from "node:stream";

/** Two ends of a line in memory: what one end writes, the other reads. When one goes, both do. */
export function streamPair(): [Duplex, Duplex] {
  const make = (other: () => Duplex): Duplex =>
    new Duplex({
      read: () => {},
      write: (chunk: Uint8Array, _encoding, done) => {
        other().push(chunk);
        done();
      },
      destroy: (error, done) => {
        other().destroy();
        done(error);
      },
    });
  const left: Duplex = make(() => right);
  const right: Duplex = make(() => left);
  return [left, right];
}
