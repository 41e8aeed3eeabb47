/** The vectors of test/vectors, read and written by Python. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { python, script, withPython } from "./python.ts";

withPython("The test vectors", () => {
  it("are read and written by Python as they are here", () => {
    const folder = script("../vectors");
    const lists = readdirSync(folder).map((file) => JSON.parse(readFileSync(`${folder}/${file}`, "utf8")) as unknown[]);
    const { stdout, stderr } = spawnSync(String(python), [script("vectors.py")], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({ count: lists.flat().length, wrong: [] });
  });
});
