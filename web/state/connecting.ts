/**
 * A link that is being drawn from an output to an input.
 *
 * @module
 */
import { signal } from "@preact/signals";
import { type Target, targetOn, targetsOf } from "../model/edit/targets.ts";
import type { Point, Rect } from "../model/geometry.ts";
import { whyNot } from "./edit.ts";
import { graph } from "./live.ts";
import { typesByName } from "./node_types.ts";
import { connect } from "./panel.ts";
import { scene } from "./scene.ts";

/** A link under way. */
export interface Connecting {
  /** `tone.audio`. */
  readonly from: string;
  readonly start: Point;
  readonly at: Point;
  readonly targets: readonly Target[];
  /** The input under the pointer. */
  readonly over: Target | undefined;
  /** The runtime's word about that input; undefined until it has answered. */
  readonly word: string | undefined;
}

/** The link that is being drawn. */
export const connecting = signal<Connecting | undefined>(undefined);

/** How near an input is hit, world units. */
const REACH = 12;

/** Time that the pointer stays on an input before the runtime is asked, milliseconds. */
const ASK_MS = 120;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Begins a link at an output. */
export function beginLink(from: string, start: Point): void {
  const targets = targetsOf(graph.peek()!, typesByName.peek(), from);
  connecting.value = { from, start, at: start, targets, over: undefined, word: undefined };
}

/** Leads the link to a point of the world. */
export function leadLink(at: Point): void {
  const now = connecting.peek();
  if (now === undefined) return;
  const over = targetAt(now.targets, at);
  const isSame = over?.address === now.over?.address;
  connecting.value = { ...now, at, over, word: isSame ? now.word : undefined };
  if (isSame) return;
  clearTimeout(timer);
  if (over !== undefined) timer = setTimeout(() => void ask(now.from, over), ASK_MS);
}

/** Ends the link where it is: over an input it is made. */
export function endLink(): void {
  const now = connecting.peek();
  cancelLink();
  if (now?.over !== undefined) void connect(now.from, now.over);
}

/** Gives the link up. */
export function cancelLink(): void {
  clearTimeout(timer);
  connecting.value = undefined;
}

/** Where an input is drawn while a link looks for it. */
export function placeOfTarget({ node, at }: Target): Point {
  const { x, y, height } = rectOf(node);
  const { inputs } = graph.peek()!.nodes[node];
  return { x, y: y + height * (at + 1) / (Math.max(inputs.length, at + 1) + 1) };
}

function targetAt(targets: readonly Target[], at: Point): Target | undefined {
  let best: Target | undefined;
  let nearest = REACH;
  for (const target of targets) {
    const place = placeOfTarget(target);
    const distance = Math.hypot(place.x - at.x, place.y - at.y);
    if (distance <= nearest) [best, nearest] = [target, distance];
  }
  if (best !== undefined) return best;
  const shown = scene.peek()!.nodeAt(at);
  const node = shown < 0 || scene.peek()!.folding.lanes[shown] !== undefined
    ? -1
    : scene.peek()!.folding.nodes[shown][0];
  return node < 0 ? undefined : targetOn(targets, node);
}

function rectOf(node: number): Rect {
  const { folding, nodes } = scene.peek()!;
  return nodes[folding.nodeOf[node]] ?? { x: 0, y: 0, width: 0, height: 0 };
}

async function ask(from: string, over: Target): Promise<void> {
  const word = await whyNot([{ op: "connect", from, to: over.address }]);
  const now = connecting.peek();
  if (now?.over?.address === over.address && now.from === from) connecting.value = { ...now, word };
}
