import { FleetError } from "../error.js";

/** One of several machines or processes that play a scenario together, each its own nodes. */
export interface Shard {
  /** From 0 on. */
  readonly index: number;
  readonly count: number;
}

/** All of it. */
export const wholeFleet: Shard = { index: 0, count: 1 };

/**
 * Which shard this process is: `3/20` is the third of twenty, from 1 on. Without it the environment of
 * a Kubernetes Indexed Job (`JOB_COMPLETION_INDEX`, from 0 on, with `BOLLARD_SHARDS` for how many) or
 * of a Slurm array (`SLURM_ARRAY_TASK_ID` with `SLURM_ARRAY_TASK_MIN` and `SLURM_ARRAY_TASK_COUNT`)
 * tells.
 *
 * @throws {@link FleetError} `FLEET_BAD_OPTION`
 */
export function parseShard(
  text: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Shard {
  if (text !== undefined) {
    const [, number, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
    return checked("shard", Number(number) - 1, Number(count), `${text} is none, such as 3/20`);
  }
  const { JOB_COMPLETION_INDEX, BOLLARD_SHARDS, SLURM_ARRAY_TASK_ID } = environment;
  if (JOB_COMPLETION_INDEX !== undefined) {
    const what = `${JOB_COMPLETION_INDEX} needs BOLLARD_SHARDS with the number of completions above it`;
    const count = Number(BOLLARD_SHARDS);
    return checked("JOB_COMPLETION_INDEX", Number(JOB_COMPLETION_INDEX), count, what);
  }
  if (SLURM_ARRAY_TASK_ID !== undefined) {
    const { SLURM_ARRAY_TASK_MIN = "0", SLURM_ARRAY_TASK_COUNT } = environment;
    const index = Number(SLURM_ARRAY_TASK_ID) - Number(SLURM_ARRAY_TASK_MIN);
    const count = Number(SLURM_ARRAY_TASK_COUNT);
    const what = `${SLURM_ARRAY_TASK_ID} is not within the array; its indices must follow one another`;
    return checked("SLURM_ARRAY_TASK_ID", index, count, what);
  }
  return wholeFleet;
}

function checked(place: string, index: number, count: number, message: string): Shard {
  const isWhole = Number.isInteger(index) && Number.isInteger(count);
  if (isWhole && index >= 0 && index < count && count <= 100_000) return { index, count };
  throw new FleetError("FLEET_BAD_OPTION", place, message);
}
