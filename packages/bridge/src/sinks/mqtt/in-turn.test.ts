import { expect, test } from "vitest";
import { InTurn } from "./in-turn.js";

test("jobs are done in their order, and at once where none is under way", async () => {
  const turn = new InTurn();
  const done: string[] = [];
  const note = (name: string) => () => {
    done.push(name);
    return undefined;
  };
  turn.run(note("a"));
  expect(done).toEqual(["a"]);
  let finish = () => {};
  turn.run(() => {
    done.push("slow");
    return new Promise((resolve) => {
      finish = resolve;
    });
  });
  turn.run(note("b"));
  turn.run(async () => {
    done.push("c");
    turn.run(note("e"));
  });
  turn.run(note("d"));
  expect(done).toEqual(["a", "slow"]);
  finish();
  await new Promise((resolve) => setImmediate(resolve));
  expect(done).toEqual(["a", "slow", "b", "c", "d", "e"]);
});
