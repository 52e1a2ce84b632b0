/**
 * The effects of an edit that was not made.
 *
 * @module
 */
import type { Carries, LinkEntry, NodeEntry } from "../graph/entries.ts";
import { isHidden, type LinkId, type NodeId, type PortAddress, portAddress } from "../ids.ts";
import type { Topology } from "../topology.ts";
import { type DraftedEdit, type EditExtras, isForeign } from "./edit_site.ts";
import { compareGraphs, type GraphChange, type NodeChange } from "./graph_change.ts";

/** A node that another instance takes the place of. */
export interface PlannedSuccession {
  /** Its id. */
  readonly node: NodeId;
  /** The name of its type after the edit. */
  readonly type: string;
  /** The name of its lane after the edit. */
  readonly lane: string;
  /** `kept`: the new instance continues from the state of the old one; `lost`: it starts anew. */
  readonly state: "kept" | "lost";
}

/** The ends of a link. */
export interface PlannedLink {
  /** Its id; the edit itself may give another one. */
  readonly link: LinkId;
  /** The output. */
  readonly from: PortAddress;
  /** The input. */
  readonly to: PortAddress;
}

/** The effect that an edit would have: the result of `runtime.plan()`. */
export interface PlannedEdit {
  /** Nodes that are set up. */
  readonly added: readonly { readonly node: NodeId; readonly type: string; readonly lane: string }[];
  /** Nodes that are flushed and torn down. */
  readonly removed: readonly NodeId[];
  /** Nodes that a new instance replaces. */
  readonly replaced: readonly PlannedSuccession[];
  /** Nodes that go to another lane. */
  readonly moved: readonly PlannedSuccession[];
  /** Nodes that go on with other ports, or whose bypass is switched. */
  readonly changed: readonly NodeId[];
  /** Nodes that get live values, with the names of these. */
  readonly configured: readonly { readonly node: NodeId; readonly keys: readonly string[] }[];
  /** Links that are made. */
  readonly linked: readonly PlannedLink[];
  /** Links that go, with the frames on them. */
  readonly unlinked: readonly PlannedLink[];
}

/** The run of a graph, as plans ask it. */
interface PlannedRun {
  assertPossible(change: GraphChange, draft: Topology): void;
  view(): { carries(node: NodeEntry): Carries };
}

/**
 * Finds out what an edit would do, and drops it.
 *
 * @param collect drafts the edit
 * @param run of the graph, if it runs
 * @throws the errors of `collect`; `Busy`, `InvalidGraph` if the running graph refuses it
 */
export function planEdit(collect: () => DraftedEdit<unknown>, topology: Topology, run?: PlannedRun): PlannedEdit {
  const { draft, extras } = collect();
  try {
    const change = compareGraphs(topology, draft);
    run?.assertPossible(change, draft);
    return describe(change, extras, (node) => run?.view().carries(node));
  } finally {
    draft.discard();
  }
}

/** @param carries returns the state that another instance of a running node can take over */
function describe(
  { added, removed, replaced, moved, ported, bypassed, linked, unlinked }: GraphChange,
  extras: EditExtras,
  carries: (node: NodeEntry) => Carries | undefined,
): PlannedEdit {
  const succession = ({ before, after }: NodeChange): PlannedSuccession => {
    const held = carries(before);
    const gives = held === "all" || held === "state";
    const isAnew = extras.anew?.has(after.id) === true || isForeign({ before, after }, extras);
    return { ...placed(after), state: gives && !isAnew ? "kept" : "lost" };
  };
  return {
    added: added.map(placed),
    removed: removed.map(({ id }) => id),
    replaced: replaced.map(succession),
    moved: moved.map(succession),
    changed: [...ported, ...bypassed].map(({ id }) => id).filter((id) => !isHidden(id)),
    configured: extras.configure.map(({ node, values }) => ({ node, keys: Object.keys(values) })),
    linked: shown(linked).map(ends),
    unlinked: shown(unlinked).map(ends),
  };
}

/** Leaves out the links to hidden nodes. */
function shown(links: readonly LinkEntry[]): LinkEntry[] {
  return links.filter(({ id }) => !isHidden(id));
}

function placed({ id, type, lane }: NodeEntry) {
  return { node: id, type: type.descriptor.type, lane };
}

function ends({ id, fromNode, fromPort, toNode, toPort }: LinkEntry): PlannedLink {
  return { link: id, from: portAddress(fromNode, fromPort), to: portAddress(toNode, toPort) };
}
