/** Random transactions on a running graph: undo leads back to the start, and redo to the end. */
import { equal, ok } from "node:assert/strict";
import { CommandLog } from "../../control/commands/command_log.ts";
import { isSameGraph } from "../../control/commands/documents.ts";
import { canonical } from "../../control/commands/documents.ts";
import type { Command } from "../../control/schemas/commands.ts";
import { SluiceError } from "../../core/errors.ts";
import { nodePackage, NodeRegistry, Runtime } from "../../mod.ts";
import { Random } from "../edits/random.ts";

/** Sequences of transactions, and transactions in each. */
const SEQUENCES = Deno.env.get("SLUICE_DEEP") === "1" ? 1_000 : 3;
const LENGTH = 12;

const TYPES = ["tone-source", "gain", "limiter", "dynamic-mixer", "level-meter", "mixer"];
const IDS = ["a", "b", "c", "d", "e", "f"];
const LANES = ["main", "one", "two"];

/** A command that mostly fits the graph. */
function randomCommand(random: Random, runtime: Runtime): Command {
  const there = Object.keys(runtime.graph().nodes);
  const node = there.length === 0 || random.below(20) === 0 ? random.pick(IDS) : random.pick(there);
  const portOf = (direction: "input" | "output") => {
    const id = there.length === 0 ? random.pick(IDS) : random.pick(there);
    const ports = there.length === 0 ? [] : runtime.portInfo(id).filter((port) => port.direction === direction);
    if (direction === "input" && random.below(3) === 0) return `${id}.audioIn`;
    return ports.length === 0 ? `${id}.audioIn` : random.pick(ports).address;
  };
  const linked = runtime.links().map(({ to }) => `${to.node}.${to.port}`);
  const free = IDS.filter((id) => !there.includes(id));
  const id = free.length === 0 ? random.pick(IDS) : random.pick(free);
  const add = (more: object): Command => ({
    op: "add",
    id,
    type: random.pick(TYPES),
    lane: random.pick(LANES),
    ...more,
  });
  if (there.length < 2) return add({});
  const make: readonly (() => Command)[] = [
    () => add({}),
    () => add({}),
    () => add({ supervision: random.pick(["fail", "disable"]) }),
    () => ({ op: "connect", from: portOf("output"), to: portOf("input"), policy: random.pick(["latest", "lossless"]) }),
    () => ({ op: "connect", from: portOf("output"), to: portOf("input") }),
    () => ({ op: "connect", from: portOf("output"), to: portOf("input") }),
    () => ({ op: "remove", node }),
    () => ({ op: "disconnect", to: linked.length === 0 ? portOf("input") : random.pick(linked) }),
    () => ({ op: "set", node, values: { gainDb: random.below(20) - 20 } }),
    () => ({ op: "replace", node, type: random.pick(TYPES) }),
    () => ({ op: "move", node, lane: random.pick(LANES) }),
    () => ({ op: "bypass", node, on: random.below(2) === 0 }),
    () => ({ op: "rename", node, to: id }),
    () => ({ op: "addPort", node, direction: "input", port: "audioIn" }),
    () => ({ op: "removePort", node, direction: "input", port: random.pick(["audioIn_0", "audioIn_1"]) }),
  ];
  return random.pick(make)();
}

Deno.test(`${SEQUENCES} random sequences of commands on a running graph are undone to the start and redone`, async () => {
  const registry = new NodeRegistry([nodePackage]);
  await using runtime = new Runtime({ mode: "live", registry, endsWithSources: false });
  await runtime.start();
  let made = 0;
  for (let seed = 1; seed <= SEQUENCES; seed++) {
    using log = new CommandLog(runtime);
    const random = new Random(seed);
    const documents = [canonical(runtime.graph())];
    for (let k = 0; k < LENGTH; k++) {
      const before = log.document;
      const commands = Array.from({ length: 1 + random.below(2) }, () => randomCommand(random, runtime));
      try {
        await log.transact(commands, "test");
        made++;
      } catch (error) {
        ok(error instanceof SluiceError, String(error));
        equal(canonical(runtime.graph()), documents.at(-1), `seed ${seed}: a refused transaction changed the graph`);
        continue;
      }
      // Values that are there already are no step.
      if (!isSameGraph(before, log.document)) documents.push(canonical(runtime.graph()));
    }
    for (let k = documents.length - 2; k >= 0; k--) {
      await log.undo("test");
      equal(canonical(runtime.graph()), documents[k], `seed ${seed}: undo to ${k}`);
    }
    for (let k = 1; k < documents.length; k++) {
      await log.redo("test");
      equal(canonical(runtime.graph()), documents[k], `seed ${seed}: redo to ${k}`);
    }
    await log.back(0, "test", true);
  }
  ok(made > SEQUENCES * 3, `${made}`);
  const summary = (await runtime.stop())!;
  for (const { id, written, read, dropped, queued } of summary.links) {
    equal(written, read + Object.values(dropped).reduce((sum, each) => sum + each) + queued, id);
  }
});
