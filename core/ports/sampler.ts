/**
 * Gives frames of an output to hidden nodes, as often as each of them wants. The writing node notices nothing: a frame
 * that cannot leave its lane is left out, and a full link drops its oldest frame.
 *
 * @module
 */
import type { DataFrame } from "../frames/data_frame.ts";
import type { Frame } from "../frames/frame.ts";
import type { LinkWriter } from "../links/link.ts";

/** A link to a hidden node. */
interface Sampled {
  readonly link: LinkWriter;
  /** The least time between two frames in the mean, nanoseconds. */
  readonly everyNs: number;
  /** The time by which frames may be ahead of that mean, nanoseconds: as many as the link holds may come at once. */
  readonly aheadNs: number;
  /** The ingress time from which the next frame is wanted, nanoseconds. */
  dueNs: number;
}

/** The links from one output to hidden nodes. */
export class Sampler {
  readonly #links: readonly Sampled[];

  /** @param before the sampler that this one replaces: links that stay keep their pace */
  constructor(links: readonly LinkWriter[], before?: Sampler) {
    const known = before === undefined ? [] : before.#links;
    this.#links = links.map((link) => {
      const { sampleNs = 0, capacity } = link.plan;
      const dueNs = known.find((each) => each.link === link)?.dueNs ?? 0;
      return { link, everyNs: sampleNs, aheadNs: sampleNs * capacity, dueNs };
    });
  }

  /**
   * Gives a frame that its node is about to write, and still owns.
   *
   * Hot path: a frame that nobody wants costs two comparisons for each link. Allocates nothing.
   */
  sample(frame: Frame): void {
    const links = this.#links;
    const nowNs = frame.ingressNs;
    for (let k = 0; k < links.length; k++) {
      const each = links[k];
      // A source that starts anew may date its frames far earlier than before.
      if (nowNs < each.dueNs && each.dueNs - nowNs <= each.everyNs) continue;
      const dueNs = nowNs < each.dueNs ? nowNs : Math.max(each.dueNs, nowNs - each.aheadNs);
      each.dueNs = dueNs + each.everyNs;
      give(each.link, frame);
    }
  }
}

function give(link: LinkWriter, frame: Frame): void {
  // The write that follows refuses a frame that the node does not own.
  if (frame.owned === 0 && frame.retained === 0) return;
  if (frame.kind === "data" && !canLeave(frame as DataFrame)) return link.markGap();
  frame.pool.retain(frame.slot);
  link.write(frame);
}

/** Writes the value into the slot, which other lanes read. @returns true if it can be sent */
function canLeave(frame: DataFrame): boolean {
  try {
    frame.serialize();
    return true;
  } catch {
    return false;
  }
}
