/**
 * Finds the clusters and blocks of Matroska and WebM (RFC 9559) behind damage. What is left out becomes an element without
 * meaning (`Void`) of the same length, so that places stay as they are. Clusters are found when a file is opened, by their
 * lengths; what is in one is looked at when it is read.
 *
 * @module
 */
import { type EbmlElement, elementAt, elementsIn, ID, lengthBytesOf } from "./ebml.ts";
import { type BlockRules, fitsTracks, rulesIn } from "./block_rules.ts";
import type { Gap, Loss, MendedView } from "./mended_view.ts";
import type { ReadRange } from "./mp4_check.ts";
import { ScanWindow } from "./scan_window.ts";

/** Elements of a segment: clusters, and what says something of them. */
const OF_SEGMENT: ReadonlySet<number> = new Set([
  ...[ID.seekHead, ID.cluster, ID.void, ID.segment, ID.header],
  ...[ID.info, ID.tracks, 0x1c53bb6b, 0x1941a469, 0x1043a770, 0x1254c367, 0xbf],
]);
/** Elements of a cluster (RFC 9559, 5.1.3), and those of them that it begins with. */
const OF_CLUSTER: ReadonlySet<number> = new Set([
  ...[ID.timestamp, ID.simpleBlock, ID.blockGroup, 0xa7, 0xab, 0x5854, 0xaf, ID.void, 0xbf],
]);
const FIRST_OF_CLUSTER: ReadonlySet<number> = new Set([ID.timestamp, 0xa7, 0xab, 0xbf]);
/** How many elements in a row are believed. */
const BELIEVED = 3;
/** A longer cluster is left as it is. */
const MOST_BYTES = 2 ** 26;
/** What describes tracks is believed up to here. */
const MOST_TRACKS_BYTES = 2 ** 24;
/** Elements after which it is looked whether timers wait. */
const TURN_ELEMENTS = 64;

/** Bytes in place of those of the file. */
interface Patch {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** A part of a file that is a cluster. */
interface Cluster {
  readonly content: number;
  readonly end: number;
  patches: readonly Patch[] | undefined;
}

/** A view of Matroska and WebM. `undefined`: it is none. */
export async function mendMatroska(read: ReadRange, size: number): Promise<MendedView | undefined> {
  const [header, segment] = elementsIn(read, 0, size);
  if (header?.id !== ID.header || segment?.id !== ID.segment) return undefined;
  const view = new ClusterView(read, size);
  await view.find(segment);
  return view;
}

class ClusterView implements MendedView {
  readonly #read: ReadRange;
  readonly size: number;
  readonly losses: Loss[] = [];
  readonly gaps: Gap[] = [];
  lostBytes = 0;
  readonly #clusters: Cluster[] = [];
  #rules: BlockRules = new Map();
  readonly #patches: Patch[] = [];

  constructor(read: ReadRange, size: number) {
    this.#read = read;
    this.size = size;
  }

  /** Finds the clusters of a segment. One without a length is the last that is known. */
  async find(segment: EbmlElement): Promise<void> {
    const window = new ScanWindow(this.#read, this.size);
    const limit = Math.min(this.size, segment.end ?? this.size);
    let [at, hasCluster] = [segment.content, false];
    for (let count = 0; at < limit; count++) {
      if (count % TURN_ELEMENTS === 0) await window.giveWay();
      const element = elementAt(this.#read, at, this.size);
      if (element !== undefined && OF_SEGMENT.has(element.id) && element.end === undefined) return;
      const isKnown = element !== undefined && OF_SEGMENT.has(element.id);
      if (!isKnown && !hasCluster) return;
      if (isKnown && this.#isFollowed(element, limit)) {
        this.#add(element, element.end!);
        hasCluster ||= element.id === ID.cluster;
        at = element.end!;
        continue;
      }
      const next = await this.#nextCluster(window, isKnown ? element.content : at + 1, limit);
      const end = isKnown ? Math.min(element.end!, next) : at;
      if (isKnown) {
        this.#add(element, end);
        // A file that is cut off ends within an element.
        if (next === this.size && element.end! > next) return;
        if (element.end! > next) this.#patches.push({ at: element.lengthAt, bytes: lengthBytesOf(element, next) });
        hasCluster ||= element.id === ID.cluster;
      }
      if (end < next) this.#lose(end, next, this.#patches);
      else this.#lose(next, next, this.#patches);
      at = next;
    }
    const isShorter = segment.end !== undefined && segment.end > this.size && at === this.size;
    if (isShorter && this.losses.length > 0) {
      this.#patches.push({ at: segment.lengthAt, bytes: lengthBytesOf(segment, this.size) });
    }
  }

  readonly read: ReadRange = (start, end) => {
    const bytes = this.#read(start, end);
    for (let index = this.#firstBehind(start); index < this.#clusters.length; index++) {
      const cluster = this.#clusters[index];
      if (cluster.content >= end) break;
      cluster.patches ??= this.#look(cluster);
      apply(cluster.patches, bytes, start);
    }
    apply(this.#patches, bytes, start);
    return bytes;
  };

  #add({ id, content }: EbmlElement, end: number): void {
    if (id === ID.tracks && end - content <= MOST_TRACKS_BYTES) {
      this.#rules = new Map([...this.#rules, ...rulesIn(this.#read(content, end))]);
    }
    if (id === ID.cluster && end - content <= MOST_BYTES) this.#clusters.push({ content, end, patches: undefined });
  }

  #isFollowed({ end }: EbmlElement, limit: number): boolean {
    if (end === undefined || end > limit) return false;
    if (end === limit) return true;
    const next = elementAt(this.#read, end, this.size);
    return next !== undefined && OF_SEGMENT.has(next.id);
  }

  /** Where the next cluster begins; the end if there is none. */
  async #nextCluster(window: ScanWindow, from: number, limit: number): Promise<number> {
    for (let at = from, count = 0;; at++, count++) {
      if (count % TURN_ELEMENTS === 0) await window.giveWay();
      at = window.indexOf(0x1f, at);
      if (at >= limit) return limit;
      const head = window.at(at, 4);
      if (head.length < 4 || new DataView(head.buffer, head.byteOffset).getUint32(0) !== ID.cluster) continue;
      const cluster = elementAt(this.#read, at, this.size);
      const first = cluster && elementAt(this.#read, cluster.content, this.size);
      if (first !== undefined && FIRST_OF_CLUSTER.has(first.id)) return at;
    }
  }

  /** Looks for damage in a cluster. */
  #look({ content, end }: Cluster): Patch[] {
    const bytes = this.#read(content, end);
    const patches: Patch[] = [];
    const counts = new Map<number, number>();
    const damages: ReadonlyMap<number, number>[] = [];
    for (let at = 0; at < bytes.length;) {
      const element = childAt(bytes, at);
      if (element !== undefined && isFollowedBy(bytes, element.end!, 1)) {
        if (!fitsTracks(bytes, element, this.#rules)) {
          this.#lose(content + at, content + element.end!, patches);
          damages.push(new Map(counts));
          at = element.end!;
          continue;
        }
        const track = trackOf(bytes, element);
        if (track !== undefined) counts.set(track, (counts.get(track) ?? 0) + 1);
        at = element.end!;
        continue;
      }
      const next = nextChild(bytes, element?.content ?? at + 1);
      if (next === bytes.length && end === this.size) break;
      // The element before the damage is whole if what follows lies behind it.
      const from = element !== undefined && element.end! <= next ? element.end! : at;
      this.#lose(content + from, content + next, patches);
      damages.push(new Map(counts));
      at = next;
    }
    for (const before of damages) {
      for (const track of counts.keys()) {
        this.#addGap({ from: content + (before.get(track) ?? 0), kind: "loss", track });
      }
    }
    return patches;
  }

  #lose(from: number, to: number, patches: Patch[]): void {
    this.losses.push({ at: from, bytes: to - from });
    this.losses.sort((a, b) => a.at - b.at);
    this.lostBytes += to - from;
    if (to - from >= 2) patches.push({ at: from, bytes: voidOf(to - from) });
    if (patches === this.#patches) this.#addGap({ from: to, kind: "loss" });
  }

  #addGap(gap: Gap): void {
    this.gaps.push(gap);
    this.gaps.sort((a, b) => a.from - b.from);
  }

  /** The first cluster that ends behind a place. */
  #firstBehind(place: number): number {
    let [low, high] = [0, this.#clusters.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#clusters[middle].end <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The element of a cluster at a place. `undefined`: there is none, or it leads beyond the end. */
function childAt(bytes: Uint8Array, at: number): EbmlElement | undefined {
  const element = elementAt((from, to) => bytes.subarray(from, to), at, bytes.length);
  const isChild = element?.end !== undefined && element.end <= bytes.length && OF_CLUSTER.has(element.id);
  if (!isChild) return undefined;
  return element.id === ID.simpleBlock && trackOf(bytes, element) === undefined ? undefined : element;
}

function isFollowedBy(bytes: Uint8Array, from: number, count: number): boolean {
  let at: number | undefined = from;
  for (let k = 0; k < count && at !== undefined && at < bytes.length; k++) at = childAt(bytes, at)?.end;
  return at !== undefined;
}

function nextChild(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    // The first byte of what pictures and sounds are in.
    const first = bytes[at];
    if ((first === ID.simpleBlock || first === ID.blockGroup) && isFollowedBy(bytes, at, BELIEVED)) return at;
  }
  return bytes.length;
}

/** The track that a block is of: of one byte, for fewer than 127 tracks. */
function trackOf(bytes: Uint8Array, { id, content, end }: EbmlElement): number | undefined {
  if (id === ID.blockGroup) {
    const first = elementAt((from, to) => bytes.subarray(from, to), content, end!);
    return first?.id === ID.block ? bytes[first.content] & 0x7f : undefined;
  }
  return id === ID.simpleBlock && (bytes[content] & 0x80) !== 0 && end! - content > 4
    ? bytes[content] & 0x7f
    : undefined;
}

/** The head of an element without meaning that is as long as what it takes the place of. */
function voidOf(bytes: number): Uint8Array {
  if (bytes <= 128) return Uint8Array.of(ID.void, 0x80 + bytes - 2);
  const head = Uint8Array.of(ID.void, 1, 0, 0, 0, 0, 0, 0, 0);
  for (let k = 8, rest = bytes - 9; k > 1; k--, rest = Math.floor(rest / 256)) head[k] = rest % 256;
  return head;
}

function apply(patches: readonly Patch[], bytes: Uint8Array, start: number): void {
  for (const { at, bytes: patch } of patches) {
    const [from, to] = [Math.max(start, at), Math.min(start + bytes.length, at + patch.length)];
    if (from < to) bytes.set(patch.subarray(from - at, to - at), from - start);
  }
}
