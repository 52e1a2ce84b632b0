/** Commands that nodes are given while they run: `@command()` methods, on lanes of both kinds, with both drivers. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import type { AddOptions, RuntimeOptions } from "../core/runtime_options.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import type { Found } from "./fixtures/generated/commanded.ts";
import { nodes } from "./fixtures/generated/sluice.gen.ts";
import { flow, inTime, until } from "./fixtures/waiting.ts";
import { rare } from "./fixtures/rare.ts";

const TYPES = { prompt: nodes.prompt, patient: nodes.patient, driven: nodes.driven };

/** A graph that runs: endless blocks to a node with commands, `"node"`. */
async function started(
  options: RuntimeOptions,
  node: AddOptions = {},
  type: keyof typeof TYPES = "prompt",
): Promise<Runtime> {
  const runtime = new Runtime({ mode: "live", ...options });
  const from = runtime.add(nodes.numbers({ count: 1e9 }), { id: "from", lane: "from" });
  runtime.connect(from.outputs.audio, runtime.add(TYPES[type](), { id: "node", ...node }).inputs.audio);
  await runtime.start();
  return runtime;
}

const add = async (runtime: Runtime, by = 1) => await runtime.command("node", "add", { by }) as Found;

for (const lane of ["main", "worker"]) {
  for (const type of ["prompt", "patient", "driven"] as const) {
    const test = type === "driven" ? rare(eachDriver) : eachDriver;
    test(`commands of a node of type ${type} on ${lane} run in their order, each once`, async (native) => {
      await using runtime = await started({ native }, { lane }, type);
      if (type !== "driven") await flow(runtime, "node", 10);
      const found = await inTime(Promise.all(Array.from({ length: 100 }, () => add(runtime))));
      deepEqual(found.map(({ total }) => total), found.map((_, k) => k + 1));
      deepEqual(found.filter(({ inTick }) => inTick), []);
      if (type !== "driven") await flow(runtime, "node", 10);
      equal((await add(runtime, 5)).total, 105);
    });
  }

  eachDriver(`no tick of a node on ${lane} begins before the promise of a command has settled`, async (native) => {
    for (const type of ["prompt", "patient"] as const) {
      await using runtime = await started({ native }, { lane }, type);
      await flow(runtime, "node", 10);
      const later = runtime.command("node", "add-later", { by: 1, turns: 20 }) as Promise<Found[]>;
      const [[before, after], next] = await inTime(Promise.all([later, add(runtime)]));
      deepEqual([before.total, after.total, next.total], [0, 1, 2]);
      deepEqual([before.blocks, before.inTick, after.inTick], [after.blocks, false, false]);
      await flow(runtime, "node", 10);
    }
  });

  eachDriver(
    `a command that a node on ${lane} refuses is refused with its reason, and the node goes on`,
    async (native) => {
      await using runtime = await started({ native }, { lane });
      await rejects(runtime.command("node", "refuse"), {
        code: "InvalidConfig",
        nodeId: "node",
        message: 'Cannot give "node" the command "refuse": there is no tape',
      });
      await rejects(runtime.command("node", "refuse", { code: "Busy" }), {
        code: "Busy",
        message: 'Cannot give "node" the command "refuse": the tape is locked',
      });
      await rejects(runtime.command("node", "answerOddly"), {
        code: "NodeFailed",
        message: /^Cannot give "node" the command "answerOddly": the answer has no JSON form: /,
      });
      equal(await runtime.command("node", "add-later", { by: 1, turns: 0 }).then(() => "done"), "done");
      await flow(runtime, "node", 10);
      equal(runtime.stats().nodes.find(({ id }) => id === "node")!.errors, 0);
    },
  );

  eachDriver(`a node on ${lane} answers commands in a pause`, async (native) => {
    await using runtime = await started({ native }, { lane });
    await flow(runtime, "node", 10);
    await runtime.pause();
    const [first] = await runtime.command("node", "add-later", { by: 1, turns: 5 }) as Found[];
    deepEqual([(await add(runtime)).total, (await add(runtime)).blocks], [2, first.blocks]);
    await runtime.resume();
    await flow(runtime, "node", 10);
  });

  rare(eachDriver)(`a node on ${lane} goes on after a promise of a command that does not settle`, async (native) => {
    await using runtime = await started({ native, callTimeoutMs: 200 }, { lane }, "patient");
    const commands = [runtime.command("node", "hang"), runtime.command("node", "add", { by: 1 })];
    await rejects(inTime(commands[0]), {
      code: "Timeout",
      nodeId: "node",
      message:
        'Cannot give "node" the command "hang": 200 ms are over, and its promise has not settled; the node goes ' +
        'on, and what comes of the promise is lost; raise "callTimeoutMs" if that may take longer',
    });
    equal((await inTime(commands[1]) as Found).total, 1);
    await flow(runtime, "node", 10);
  });
}

Deno.test("a command is refused before it is sent, with what there is, if the type or the arguments do not fit", async () => {
  await using runtime = await started({}, {});
  const refused = async (message: string | RegExp, name: string, args?: unknown, details = {}) =>
    await rejects(runtime.command("node", name, args as Record<string, unknown>), {
      code: "InvalidConfig",
      nodeId: "node",
      message,
      ...details,
    });
  const available = ["add", "add-later", "refuse", "answerOddly", "hang", "keep"];
  const listed = '"add", "add-later", "refuse", "answerOddly", "hang" and "keep"';
  await refused(
    `Cannot give "node" the command "ad": node type "prompt" has no such command (did you mean "add"?); available: ${listed}`,
    "ad",
    {},
    { available },
  );
  await refused(/has no such command/, "toString");
  const add = 'Cannot give "node" the command "add":';
  await refused(`${add} "by" is missing, wanted a whole number from 1 to 100`, "add", {}, { key: "by" });
  await refused(`${add} "by" is 1.5, wanted a whole number from 1 to 100`, "add", { by: 1.5 }, { key: "by" });
  await refused(`${add} unknown key "off"; available: "by" and "why"`, "add", { by: 1, off: 1 }, { key: "off" });
  await refused(/"why" is "\$\{env:X\}", wanted/, "add", { by: 1, why: "${env:X}" });
  await refused(`${add} its arguments are a list, wanted an object of keys and values`, "add", [1]);
  await refused('Cannot give "node" the command "hang": found the argument "x", and it takes none', "hang", { x: 1 });
  await rejects(runtime.command("from", "add"), {
    message: 'Cannot give "from" the command "add": node type "numbers" takes no commands',
  });
  await rejects(runtime.command("nobody", "add"), { code: "NodeNotFound" });
  equal((await runtime.command("node", "add", { by: 1 }) as Found).total, 1);
});

rare(eachDriver)(
  "a node that keeps its lane in a command is treated as in any call, and its command is refused",
  async (native) => {
    await using runtime = await started({ native, stuckAfterMs: 100 }, { lane: "node", supervision: { restart: {} } });
    await flow(runtime, "node", 10);
    await add(runtime, 5);
    await rejects(inTime(runtime.command("node", "keep", { ms: 1_500 })), {
      code: "LaneCrashed",
      message: /^Node "node" \(prompt\) has kept lane "node" /,
    });
    await flow(runtime, "node", 10);
    equal((await add(runtime)).total, 1);
  },
);

Deno.test("a node that has ended or is disabled takes no command", async () => {
  const runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(nodes.numbers({ count: 3 }), { id: "from" });
  const endless = runtime.add(nodes.numbers({ count: 1e9 }), { id: "endless" });
  runtime.connect(from.outputs.audio, runtime.add(nodes.prompt(), { id: "node" }).inputs.audio);
  runtime.connect(endless.outputs.audio, runtime.add(nodes.prompt(), { id: "other" }).inputs.audio);
  await rejects(runtime.command("node", "add", { by: 1 }), { code: "Busy" });
  await runtime.start();
  const stateOf = (id: string) => runtime.stats().nodes.find((node) => node.id === id)!.state;
  await until(() => stateOf("node") === "ended");
  await rejects(runtime.command("node", "add", { by: 1 }), {
    code: "Busy",
    message: 'Cannot give "node" the command "add": it has ended',
  });
  await runtime.disableNode("other");
  await rejects(runtime.command("other", "add", { by: 1 }), { code: "Busy", nodeId: "other" });
  await runtime.stop();
  await rejects(runtime.command("node", "add", { by: 1 }), { code: "Busy" });
});

eachDriver("a command under way when the graph ends is refused", async (native) => {
  for (const lane of ["main", "worker"]) {
    const runtime = await started({ native, stopTimeoutMs: 50, callTimeoutMs: 60_000 }, { lane });
    const hanging = rejects(runtime.command("node", "hang"), { code: "Busy" });
    await runtime.stop();
    await hanging;
  }
});

rare(eachDriver)("no command is lost to a node that is replaced or moved meanwhile", async (native) => {
  await using runtime = await started({ native }, { lane: "worker" });
  let taken = 0;
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      try {
        await runtime.command("node", "add-later", { by: 1, turns: 1 });
        taken++;
      } catch (error) {
        // It came to the lane that the node has left.
        equal((error as { code?: string }).code, "Busy");
      }
    }
  })();
  for (let k = 0; k < 6; k++) {
    await flow(runtime, "node", 10);
    await runtime.edit((edit) => void edit.replace("node", nodes.prompt()));
    await runtime.edit((edit) => void edit.move("node", k % 2 === 0 ? "other" : "worker"));
  }
  isOver = true;
  await asking;
  equal((await add(runtime, 1)).total, taken + 1);
  ok(taken > 10);
});
