import { expect, test } from "vitest";
import { parseShard } from "./shard.js";

test("knows which shard it is, from the option or from what started it", () => {
  expect(parseShard("3/20", { JOB_COMPLETION_INDEX: "7" })).toEqual({ index: 2, count: 20 });
  expect(parseShard(undefined, { JOB_COMPLETION_INDEX: "7", BOLLARD_SHARDS: "8" })).toEqual({
    index: 7,
    count: 8,
  });
  const slurm = {
    SLURM_ARRAY_TASK_ID: "4",
    SLURM_ARRAY_TASK_MIN: "1",
    SLURM_ARRAY_TASK_COUNT: "4",
  };
  expect(parseShard(undefined, slurm)).toEqual({ index: 3, count: 4 });
  expect(parseShard(undefined, {})).toEqual({ index: 0, count: 1 });
});

test.each([
  ["0/4", {}, /shard: 0\/4 is none, such as 3\/20/],
  ["5/4", {}, /shard: 5\/4/],
  ["a", {}, /such as 3\/20/],
  [undefined, { JOB_COMPLETION_INDEX: "7" }, /needs BOLLARD_SHARDS/],
  [undefined, { SLURM_ARRAY_TASK_ID: "9", SLURM_ARRAY_TASK_COUNT: "3" }, /not within the array/],
])("refuses %s", (text, environment, message) => {
  expect(() => parseShard(text, environment)).toThrow(message);
});
