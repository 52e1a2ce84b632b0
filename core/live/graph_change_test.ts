import { deepEqual, equal } from "node:assert/strict";
import { numberedSource, pass } from "../../tests/fixtures/numbered.ts";
import { fixture, port } from "../../tests/fixtures/define.ts";
import type { NodeEntry } from "../graph/entries.ts";
import { Topology } from "../topology.ts";
import { compareGraphs, type GraphChange, isOfOneType, isUnchanged, mayBeIncomplete } from "./graph_change.ts";

/** A filter with up to 4 inputs, one at first. */
const mixing = fixture(() => ({ process() {} }), {
  type: "mixing",
  ports: [
    port({ name: "inputs", direction: "input", kind: "audio", dynamic: { initial: 1, max: 4 } }),
    port({ name: "audioOut", direction: "output", kind: "audio" }),
  ],
});

/** As `pass`, and another type. */
const other = fixture(() => ({ process() {} }), {
  type: "other",
  ports: [
    port({ name: "audioIn", direction: "input", kind: "audio" }),
    port({ name: "audioOut", direction: "output", kind: "audio" }),
  ],
});

/** source → a → b → mix, all on lane "near". */
function graph(): Topology {
  const topology = new Topology({ mode: "live" });
  topology.addNode(numberedSource, {}, { id: "source", lane: "near" });
  for (const id of ["a", "b"]) topology.addNode(pass, {}, { id, lane: "near" });
  topology.addNode(mixing, {}, { id: "mix", lane: "near" });
  topology.addLink({ node: "source", port: "audio" }, { node: "a", port: "audioIn" }, {});
  topology.addLink({ node: "a", port: "audioOut" }, { node: "b", port: "audioIn" }, {});
  topology.addLink({ node: "b", port: "audioOut" }, { node: "mix", port: "inputs_0" }, {});
  return topology;
}

/** Returns the change of the graph: ids, by kind of change. */
function changed(edit: (draft: Topology) => void): {
  readonly change: GraphChange;
  readonly draft: Topology;
  readonly found: Record<string, readonly string[]>;
} {
  const before = graph();
  const draft = before.draft();
  edit(draft);
  const change = compareGraphs(before, draft);
  const found: Record<string, readonly string[]> = {};
  for (const [what, list] of Object.entries(change)) {
    const ids = list.map((each: NodeEntry | { after: NodeEntry }) => "after" in each ? each.after.id : each.id);
    if (ids.length > 0) found[what] = ids;
  }
  return { change, draft, found };
}

const EDITS: readonly (readonly [
  what: string,
  edit: (draft: Topology) => void,
  wanted: Record<string, readonly string[]>,
  mayLack: readonly string[],
])[] = [
  ["nothing", () => {}, {}, []],
  ["a new node", (draft) => void draft.addNode(pass, {}, { id: "c" }), { added: ["c"] }, ["c"]],
  ["a node that goes", (draft) => draft.removeNode("a"), { removed: ["a"], unlinked: ["link0", "link1"] }, ["b"]],
  [
    "another node of the same id",
    (draft) => {
      draft.removeNode("b");
      draft.addNode(pass, {}, { id: "b", lane: "near" });
    },
    { added: ["b"], removed: ["b"], unlinked: ["link1", "link2"] },
    ["b", "b", "mix"],
  ],
  ["a node in the place of another", (draft) => void draft.replaceNode("a", pass, {}), { replaced: ["a"] }, ["a"]],
  ["a node on another lane", (draft) => void draft.moveNode("a", "far"), { moved: ["a"] }, ["a"]],
  ["more inputs", (draft) => void draft.addPort("mix", "input", "inputs"), { ported: ["mix"] }, ["mix"]],
  ["a node that is passed by", (draft) => void draft.bypassNode("a", true), { bypassed: ["a"] }, []],
  [
    "a new link",
    (draft) => {
      draft.addNode(pass, {}, { id: "c", lane: "near" });
      draft.addLink({ node: "a", port: "audioOut" }, { node: "c", port: "audioIn" }, {});
    },
    { added: ["c"], linked: ["link3"] },
    ["c"],
  ],
  ["a link that goes", (draft) => draft.removeLink("link1"), { unlinked: ["link1"] }, ["b"]],
];

for (const [what, edit, wanted, mayLack] of EDITS) {
  Deno.test(`compareGraphs() finds ${what}, and mayBeIncomplete() whose inputs have to be looked at`, () => {
    const { change, draft, found } = changed(edit);
    deepEqual(found, wanted);
    equal(isUnchanged(change), Object.keys(wanted).length === 0);
    deepEqual(mayBeIncomplete(change, draft).map(({ id }) => id), mayLack);
  });
}

Deno.test("isOfOneType() goes by the name of the type, whatever became of the node", () => {
  const { change } = changed((draft) => {
    draft.replaceNode("a", pass, {});
    draft.replaceNode("b", other, {});
  });
  deepEqual(change.replaced.map(isOfOneType), [true, false]);
});
