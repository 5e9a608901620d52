import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readScenarioFile } from "@bollard/fleet";
import { Job } from "kubernetes-models/batch/v1/Job";
import { Namespace } from "kubernetes-models/v1/Namespace";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const folder = fileURLToPath(new URL("../../deploy/kubernetes/", import.meta.url));
const read = (name: string) => parse(readFileSync(folder + name, "utf8"));

describe("deploy/kubernetes", () => {
  test("is as Kubernetes' own schemas want it", () => {
    new Job(read("job.yaml")).validate();
    new Namespace(read("namespace.yaml")).validate();
    const wrong = read("job.yaml");
    wrong.spec.completions = "four";
    expect(() => new Job(wrong).validate()).toThrow(/completions/);
  });

  test("has one number of shards, in all its places", () => {
    const { spec } = read("job.yaml");
    const [container] = spec.template.spec.containers;
    const shards = container.env.find(({ name }: { name: string }) => name === "BOLLARD_SHARDS");
    expect(spec).toMatchObject({ completionMode: "Indexed", parallelism: spec.completions });
    expect(Number(shards.value)).toBe(spec.completions);
  });

  test("its kustomization names every file, and the job what it makes of them", () => {
    const { resources, configMapGenerator, images } = read("kustomization.yaml");
    const named = [...resources, ...configMapGenerator[0].files, "kustomization.yaml"];
    expect(named.sort()).toEqual(readdirSync(folder).sort());
    const { containers, volumes } = read("job.yaml").spec.template.spec;
    expect(volumes[0].configMap.name).toBe(configMapGenerator[0].name);
    expect(containers[0].image).toBe(images[0].name);
    expect(containers[0].command).toContain(`/scenario/${configMapGenerator[0].files[0]}`);
  });

  test("its scenario is one", () => {
    const loaded = readScenarioFile(`${folder}scenario.yaml`);
    expect(loaded.scenario.streets[0]?.topic).toContain("{shard}");
  });
});
