/**
 * The hidden nodes of a runtime: added and removed by edits of the running graph that nobody is told of.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { HiddenNode, HiddenSite } from "../hidden_site.ts";
import type { NodeId } from "../ids.ts";
import type { DraftedEdit } from "../live/edit_site.ts";
import type { Session } from "../session/session.ts";
import type { Topology } from "../topology.ts";

/** The time limit of an edit, milliseconds. */
const TIMEOUT_MS = 5_000;

/** For the log of edits. */
const REASON = "somebody looks into the graph";

/** Makes the hidden nodes of a runtime. @param active returns the active run */
export function hiddenNodes(topology: Topology, active: () => Session | undefined): HiddenSite {
  const run = (): Session => {
    const session = active();
    if (session !== undefined) return session;
    throw new SluiceError("Busy", "Cannot look into the graph: it does not run; start it");
  };
  const edit = (change: (draft: Topology) => void) => run().edit(() => drafted(topology, change), TIMEOUT_MS, 0);
  return {
    listeners: new Map(),
    add: (node) => edit((draft) => add(draft, node)),
    remove: (ids) =>
      edit((draft) => {
        for (const id of ids) if (draft.nodes.has(id as NodeId)) draft.removeNode(id);
      }),
    configure: (id, values) => run().configure(topology.node(id), { ...values }),
    isLinked: (id) => topology.connections.intoNode(id as NodeId).length > 0,
  };
}

function add(draft: Topology, { from, input, policy, capacity, ...node }: HiddenNode): void {
  draft.addHidden(node);
  const options = { policy, ...(capacity !== undefined && { capacity }), convert: "off" } as const;
  draft.addLink(from, { node: node.id, port: input }, options);
}

function drafted(topology: Topology, change: (draft: Topology) => void): DraftedEdit<void> {
  const draft = topology.draft();
  try {
    change(draft);
  } catch (error) {
    draft.discard();
    throw error;
  }
  return { draft, extras: { actions: [], configure: [], reason: REASON }, result: undefined };
}
