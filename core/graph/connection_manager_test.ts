import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { type LinkId, type NodeId, nodeId, nthLinkId } from "../ids.ts";
import { type Connection, ConnectionManager } from "./connection_manager.ts";

/** One step: a link is added, or the one that leads into the input is taken out. */
interface Step {
  readonly from: number;
  readonly to: number;
}

const NODES = 5;

Deno.test("ConnectionManager: what it was made of does not see a draft's changes before commit(), and is as it after", () => {
  const steps = fc.array(fc.record({ from: fc.nat(NODES - 1), to: fc.nat(NODES - 1) }), { maxLength: 40 });
  fc.assert(fc.property(steps, steps, steps, fc.boolean(), (before, during, after, commits) => {
    const links = new ConnectionManager<Connection>();
    const model: Connection[] = [];
    for (const each of before) take(each, links, model);
    const untouched = [...model];
    const draft = new ConnectionManager(links);
    for (const each of during) take(each, draft, model);
    assertHolds(draft, model);
    assertHolds(links, untouched);
    const { set, gone } = draft.changes();
    deepEqual(set, model.filter((link) => !untouched.includes(link)));
    deepEqual(gone, untouched.filter((link) => !model.includes(link)));
    if (commits) draft.commit();
    else model.splice(0, Infinity, ...untouched);
    assertHolds(links, model);
    for (const each of after) take(each, links, model);
    assertHolds(links, model);
  }));
});

Deno.test("ConnectionManager.add() refuses a second link into one input, and says which one is there", () => {
  const links = new ConnectionManager<Connection>();
  links.add(connection(0, 1, 2));
  throws(() => links.add(connection(1, 3, 2)), {
    code: "DestinationOccupied",
    message: 'Cannot link "n3.out" to "n2.in": the input is taken by link0 from "n1.out"; an input takes one link',
  });
  equal(links.all.size, 1);
});

let next = 0;

function take({ from, to }: Step, links: ConnectionManager<Connection>, model: Connection[]): void {
  const known = links.into(id(to), "in");
  if (known === undefined) {
    const link = connection(next++, from, to);
    links.add(link);
    model.push(link);
    return;
  }
  equal(links.remove(known.id), known);
  model.splice(model.indexOf(known), 1);
}

function assertHolds(links: ConnectionManager<Connection>, model: readonly Connection[]): void {
  const byId = new Map<LinkId, Connection>(model.map((link) => [link.id, link]));
  deepEqual([...links.all], [...byId]);
  for (let k = 0; k < NODES; k++) {
    deepEqual(links.fromNode(id(k)), model.filter(({ fromNode }) => fromNode === id(k)));
    deepEqual(links.intoNode(id(k)), model.filter(({ toNode }) => toNode === id(k)));
  }
}

function connection(number: number, from: number, to: number): Connection {
  return { id: nthLinkId(number), fromNode: id(from), fromPort: "out", toNode: id(to), toPort: "in" };
}

function id(node: number): NodeId {
  return nodeId(`n${node}`);
}
