/** What a node has from the environment and hands to a node on another lane is told by no lane. */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { LogEntry } from "../core/log.ts";
import { eachDriver } from "./fixtures/each_driver.ts";

const REFERENCE = "${env:SLUICE_TEST_CONFIDED}";

for (const lane of ["two", "main"]) {
  eachDriver(`events, log lines, errors and output of lane ${lane} show the reference`, async (native) => {
    const script = new URL("./fixtures/gossip_run.ts", import.meta.url).pathname;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", script, native, lane],
      env: { SLUICE_TEST_CONFIDED: 'n0body "knows"\n', SLUICE_LOG: "warn", NO_COLOR: "1" },
      stderr: "piped",
    }).output();
    const [told, printed] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    equal(`${told}${printed}`.includes("n0body"), false, `${told}${printed}`);
    const { heard, error } = JSON.parse(told) as { heard: Record<string, unknown>[]; error: string };
    // Lanes report in no order among each other.
    const emitted = heard.filter(({ kind }) => kind === "custom").map(({ name, data }) => [name, data] as const);
    deepEqual(Object.fromEntries(emitted), {
      own: { key: REFERENCE },
      [`heard ${REFERENCE}`]: { [REFERENCE]: [REFERENCE] },
    });
    equal(emitted.length, 2);
    const line = heard.find((each) => each.nodeId === "to" && each.level === "warn") as unknown as LogEntry;
    equal(line.message, `heard ${REFERENCE}`);
    deepEqual(line.fields, { value: REFERENCE, [REFERENCE]: { deep: REFERENCE } });
    equal(error, `Node "to" (gossip) failed in process(): heard ${REFERENCE}`);
    ok(printed.includes(`warn  to: heard ${REFERENCE} value="${REFERENCE}"`), printed);
  });
}
