import { deepEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { nodeId, nthLinkId } from "../ids.ts";
import { type Connection, ConnectionManager } from "./connection_manager.ts";
import { assertDelayed, feedbackLinks, type LoopGraph, orderedNodes } from "./order.ts";

Deno.test("feedbackLinks() gives the link into the first node after the delay that other links feed too", () => {
  const graph = makeGraph(["source mix", "mix delay", "delay gain", "gain mix", "mix sink"], ["delay"]);
  deepEqual(closing(graph), ["gain mix"]);
});

Deno.test("feedbackLinks() gives the link out of the delay of a loop that nothing feeds", () => {
  deepEqual(closing(makeGraph(["delay gain", "gain delay", "gain sink"], ["delay"])), ["delay gain"]);
});

Deno.test("feedbackLinks() gives none of a graph whose delay is on no loop", () => {
  deepEqual(closing(makeGraph(["source delay", "delay mix", "source mix"], ["delay"])), []);
});

Deno.test("feedbackLinks() leaves no loop of a graph whose loops all have a delay", () => {
  const steps = fc.array(fc.record({ from: fc.nat(5), to: fc.nat(5) }), { maxLength: 12 });
  fc.assert(fc.property(steps, (drawn) => {
    // Those of 0 to 3 lead upwards, so that every loop leads over one of the others.
    const legal = drawn.filter(({ from, to }) => from > 3 || from < to);
    const graph = makeGraph(legal.map(({ from, to }) => `n${from} n${to}`), ["n4", "n5"]);
    const feedback = feedbackLinks(graph);
    const left = [...graph.connections.all.values()].filter((link) => !feedback.has(link));
    deepEqual(linksOnLoops(left), []);
  }));
});

Deno.test("assertDelayed() refuses exactly the links after which a loop has no delay", () => {
  const steps = fc.array(fc.record({ from: fc.nat(5), to: fc.nat(5) }), { maxLength: 14 });
  fc.assert(fc.property(steps, (drawn) => {
    const made: string[] = [];
    for (const { from, to } of drawn) {
      const step = `n${from} n${to}`;
      const graph = makeGraph(made, ["n5"]);
      const tried = link(step, made.length);
      const undelayed = [...graph.connections.all.values(), tried].filter(({ fromNode }) => fromNode !== "n5");
      const isLoop = linksOnLoops(undelayed).length > 0;
      if (isLoop) throws(() => assertDelayed(graph, "Cannot link", tried), { code: "CycleWithoutDelay" });
      else {
        assertDelayed(graph, "Cannot link", tried);
        made.push(step);
      }
    }
  }));
});

Deno.test("orderedNodes() leaves links that close loops out of account", () => {
  const graph = makeGraph(["gain mix", "delay gain", "mix delay", "source mix"], ["delay"]);
  const nodes = new Map(["gain", "delay", "mix", "source"].map((id) => [nodeId(id), id]));
  deepEqual(orderedNodes({ ...graph, nodes }), ["source", "mix", "delay", "gain"]);
});

Deno.test("assertDelayed() names the loop that a link closes", () => {
  const graph = makeGraph(["a b", "b c"], []);
  throws(() => assertDelayed(graph, `Cannot link "c.out" to "a.in"`, link("c a", 9)), {
    code: "CycleWithoutDelay",
    message: 'Cannot link "c.out" to "a.in": it closes a loop with no delay in it: "a" -> "b" -> "c" -> "a"; put a ' +
      "node that delays on it, or take one of its links out",
  });
});

Deno.test("assertDelayed() accepts a loop with a delay in it", () => {
  assertDelayed(makeGraph(["a b", "b c"], ["b"]), "Cannot link", link("c a", 9));
});

/** @param links each `from to` */
function makeGraph(links: readonly string[], delaying: readonly string[]): LoopGraph<Connection> {
  const connections = new ConnectionManager<Connection>();
  links.forEach((ends, n) => connections.add(link(ends, n)));
  return { connections, delaying: new Set(delaying.map(nodeId)) };
}

function link(ends: string, n: number): Connection {
  const [fromNode, toNode] = ends.split(" ").map(nodeId);
  return { id: nthLinkId(n), fromNode, fromPort: "out", toNode, toPort: `in_${n}` };
}

function closing(graph: LoopGraph<Connection>): string[] {
  return [...feedbackLinks(graph)].map(({ fromNode, toNode }) => `${fromNode} ${toNode}`);
}

/** The links that are left when nodes without inputs are taken away, over and over: none of a graph without a loop. */
function linksOnLoops(links: readonly Connection[]): readonly Connection[] {
  const fed = new Set(links.map(({ toNode }) => toNode));
  const left = links.filter(({ fromNode }) => fed.has(fromNode));
  return left.length === links.length ? left : linksOnLoops(left);
}
