/**
 * Checks whether the running graph allows an edit: before lanes prepare it, and again before it takes effect.
 *
 * @module
 */
import { assertBypassFits } from "../graph/bypass.ts";
import { assertComplete } from "../graph/complete.ts";
import type { LinkEntry } from "../graph/entries.ts";
import type { AnnouncedFormat } from "../lanes/messages.ts";
import type { Topology } from "../topology.ts";
import { nodeDown, nodeEnded } from "./edit_errors.ts";
import type { EditSite } from "./edit_site.ts";
import { type GraphChange, mayBeIncomplete } from "./graph_change.ts";

/**
 * Refuses a change that the running graph does not allow.
 *
 * @param draft the graph after the change
 * @throws {SluiceError} `Busy` for a disabled or ended node; `InvalidGraph` for an input without its link; `TypeMismatch`
 * for a bypass between other formats
 */
export function assertPossible(site: EditSite, change: GraphChange, draft: Topology): void {
  assertNoneDown(site, change);
  const over = change.replaced.find(({ before }) => site.hasEnded(before.id));
  if (over) throw nodeEnded(`replace, reconfigure or restart node "${over.before.id}"`, over.before.id);
  assertLinked(site, change, ({ toNode, fromNode }) => [toNode, fromNode]);
  for (const node of change.bypassed) {
    assertBypassFits(draft, node, ({ id, fromNode, fromPort }) => {
      if (!keepsFormat(id, fromNode, change)) return undefined;
      // All readers of an output read the same frames.
      return site.topology.linksFrom(fromNode, fromPort).map(site.toldFormat).find((format) => format !== undefined);
    });
  }
  assertComplete(draft, "edit the graph", mayBeIncomplete(change, draft));
}

/**
 * Refuses new links as far as other readers of the same outputs tell the formats of their frames.
 *
 * @throws {SluiceError} `TypeMismatch`
 */
export function assertKnownFormats(site: EditSite, change: GraphChange): void {
  const known = change.linked.filter(({ fromNode }) => keepsWriter(fromNode, change));
  site.checkFormats(toldFormats(site, known), known);
}

/**
 * Refuses a change that has become impossible while lanes prepared it.
 *
 * @throws {SluiceError} `Busy` for a disabled node, and for a link to a node that has ended. A source that has ended
 * meanwhile also ends its new links
 */
export function assertStillPossible(site: EditSite, change: GraphChange): void {
  assertNoneDown(site, change);
  assertLinked(site, change, ({ toNode }) => [toNode]);
}

/** Returns the known formats of new links, from other readers of the same outputs. */
export function toldFormats({ topology, toldFormat }: EditSite, links: readonly LinkEntry[]): AnnouncedFormat[] {
  return links.flatMap(({ fromNode: node, fromPort: port }) =>
    topology.linksFrom(node, port).flatMap((link) => {
      const format = toldFormat(link);
      return format === undefined ? [] : [{ node, port, format }];
    })
  );
}

/** @throws {SluiceError} `Busy` for a disabled node: its outputs have ended, and no node can replace it */
function assertNoneDown(site: EditSite, { replaced, moved, bypassed }: GraphChange): void {
  const concerned = [...[...replaced, ...moved].map(({ before }) => before.id), ...bypassed.map(({ id }) => id)];
  const down = concerned.find((id) => site.isDown(id));
  if (down !== undefined) throw nodeDown(`replace, move or bypass node "${down}"`, down);
}

/**
 * @param endsOf a new link, the nodes that must run
 * @throws {SluiceError} `Busy` for a link to or from a node that has ended or is disabled: it would carry no frames
 */
function assertLinked(
  site: EditSite,
  { added, linked }: GraphChange,
  endsOf: (link: LinkEntry) => readonly LinkEntry["fromNode"][],
): void {
  for (const link of linked) {
    const ends = endsOf(link).filter((id) => !added.some((node) => node.id === id));
    const attempt = `link "${link.fromNode}.${link.fromPort}" to "${link.toNode}.${link.toPort}"`;
    const ended = ends.find((id) => site.hasEnded(id));
    if (ended !== undefined) throw nodeEnded(attempt, ended);
    const down = ends.find((id) => site.isDown(id));
    if (down !== undefined) throw nodeDown(attempt, down);
  }
}

/** True if an edit leaves a link, and the node that writes to it, unchanged. */
function keepsFormat(
  link: LinkEntry["id"],
  writer: LinkEntry["fromNode"],
  change: GraphChange,
): boolean {
  return !change.linked.some(({ id }) => id === link) && keepsWriter(writer, change);
}

/** True if an edit leaves a node as it is, so that its frames keep their formats. */
function keepsWriter(writer: LinkEntry["fromNode"], { added, replaced, bypassed }: GraphChange): boolean {
  return ![...added, ...replaced.map(({ after }) => after), ...bypassed].some(({ id }) => id === writer);
}
