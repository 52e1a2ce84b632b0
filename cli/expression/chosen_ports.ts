/**
 * Chooses the ports of two nodes that a line of nodes links without naming them.
 *
 * @module
 */
import { expandPort, isList, type NodeDescriptor, type PortDescriptor } from "../../core/descriptor/descriptor.ts";
import { isChosen, isOpen, kindsOf, meet, withPortKind } from "../../core/descriptor/open_ports.ts";
import { listSome } from "../../core/errors/suggestion.ts";
import type { KnownInputs, KnownPorts } from "../../core/descriptor/known_ports.ts";
import { AUDIO_CODECS, type FrameKind, listOf } from "../../core/frames/format.ts";

/** A node at one end of a link. */
export interface Linked {
  readonly id: string;
  readonly descriptor: NodeDescriptor;
  /** The port, if it is said. */
  readonly port?: string;
  /** Ports of the node that have links. */
  readonly taken: ReadonlySet<string>;
  /** What is known to come in by its links, encoded or not: its outputs of these kinds go before others. */
  readonly fed?: ReadonlySet<FrameKind>;
  /** Its ports, where more than its type tells of them. */
  readonly known?: KnownPorts;
}

/** The nodes that convert. */
export interface Converting {
  /** Whether they are put in. */
  readonly isAuto: boolean;
  /** Those that lead from an output to an input, as a line names them; `undefined` where there is no way. */
  way(output: PortDescriptor, input: PortDescriptor): readonly string[] | undefined;
}

/** A port as a graph names it. */
interface Named {
  readonly name: string;
  readonly port: PortDescriptor;
  /** For an encoded stream that no node decodes: why. */
  readonly undecodable?: string;
}

/** Ports to be linked. */
export interface ChosenPorts {
  readonly from: string;
  readonly to: string;
  /**
   * What goes over the link and tells what its node gives: for an encoded stream also what is encoded, as far as that is
   * known.
   */
  readonly carries?: readonly FrameKind[];
}

/** The ports at the ends of a link. */
interface Pair {
  readonly output: Named;
  readonly input: Named;
}

/**
 * The first output and the first input without a link that carry the same, outputs of a kind that the node is fed before
 * others, so that what takes pictures and gives sound or pictures gives pictures; then outputs without a link: of encoded
 * streams first those of one name, then those of a codec that both may have. Where nodes are put in that convert, sound
 * and pictures go to the first input that they can be converted for, unless an output before them has its stream of one
 * name there; and encoded streams that no input takes to the one
 * that they have the shortest way to. The first output of a kind that the file of a sink holds is never left out for a
 * later one.
 *
 * @param behind for a node whose links tell the kind of its frames: the nodes that these go on to. It gets the output
 * that most of them take, of those that they would be given if they stood in its place
 * @returns the ports that were said, whether they fit or not; or what to say where none fit
 */
export function choosePorts(
  from: Linked,
  to: Linked,
  converting?: Converting,
  behind: readonly Linked[] = [],
): ChosenPorts | { readonly fault: string } {
  const isFollowing = ({ port }: Named) => from.fed?.has(port.kind) === true;
  const rankOf = (each: Named) => 2 * Number(!isFollowing(each)) + Number(from.taken.has(each.name));
  const outputs = outputsOf(from).map((each) => withFedKind(each, from.fed)).toSorted((a, b) => rankOf(a) - rankOf(b));
  const asked = (some: readonly Named[]) =>
    behind.flatMap((node) => {
      const chosen = chooseOf(some, from, node, converting);
      return "fault" in chosen
        ? []
        : some.filter(({ name }) => name === chosen.from).map((output) => ({ node, output }));
    });
  const able = outputs.filter((output) => pairsOf([output], to).some((pair) => isLinkable(pair, converting)));
  const takers = ({ output }: { readonly output: Named }) => asked([output]).length;
  const [best] = asked(able).toSorted((a, b) => takers(b) - takers(a));
  if (best !== undefined) return chooseOf([best.output], from, to, converting);
  const direct = chooseOf(outputs, from, to, converting);
  const [missed] = "fault" in direct ? [] : asked(outputs);
  if (missed === undefined) return direct;
  return {
    fault:
      `"${missed.node.id}" behind it needs "${missed.output.name}" of "${from.id}", which "${to.id}" does not take: ` +
      `${listPorts(to, freeInputs(to))}; leave it out, or put it where such frames go`,
  };
}

/** As {@linkcode choosePorts}, of some outputs in their order. */
function chooseOf(
  outputs: readonly Named[],
  from: Linked,
  to: Linked,
  converting?: Converting,
): ChosenPorts | { readonly fault: string } {
  const pairs = pairsOf(outputs, to);
  const wayOf = (pair: Pair) => wayBetween(pair, converting);
  const refusal = to.known?.inputs && refusalOf(pairs, to, to.known.inputs, wayOf);
  if (refusal !== undefined) return { fault: refusal };
  // Where links tell a node the kind of its frames, only those to ports of that kind do.
  const tells = ({ port }: Named) => isChosen(port) || !to.descriptor.inputs.some(isChosen);
  const chosen = (pair: Pair): ChosenPorts => ({
    from: pair.output.name,
    to: pair.input.name,
    carries: tells(pair.input) ? carriedBy(pair) : [],
  });
  if (from.port !== undefined && to.port !== undefined) {
    const pair = pairs.find((each) => isLinkable(each, converting)) ?? pairs[0];
    return pair === undefined ? { from: from.port, to: to.port } : chosen(pair);
  }
  // An encoded stream of sound, through nodes that take any kind, goes to the input for sound.
  const isFed = ({ output, input }: Pair) =>
    isChosen(output.port) && input.port.kind === "encoded" && from.fed?.has(input.port.name as FrameKind) === true;
  // What may carry encoded frames, too, takes the first output as it is.
  const takesAny = ({ generic }: PortDescriptor) => generic?.frames?.includes("encoded") === true;
  const isReached = ({ output, input }: Pair) =>
    !takesAny(input.port) && isRaw(output.port) && wayOf({ output, input }) !== undefined;
  for (const some of [pairs.filter(({ output }) => from.fed?.has(output.port.kind) === true), pairs]) {
    const isFirst = (pair: Pair) => isReached(pair) || isSameStream(pair);
    for (const fits of [...(converting?.isAuto ? [isFirst] : []), isFed, isSameStream, isSameType, isSameKind]) {
      const pair = some.find(fits);
      if (pair !== undefined) return chosen(pair);
    }
  }
  const nearest = nearestOf(pairs, wayOf);
  if (converting?.isAuto && nearest) return chosen(nearest.pair);
  const advice = nearest ? `; put "${nearest.way.join(" ! ")}" between them, or use --convert auto` : "";
  const ports = `${listPorts(from, outputs)}; ${listPorts(to, freeInputs(to))}`;
  const beyond = undecodableOf(from, outputs);
  if (outputs.length === 0 && beyond.length > 0) return { fault: beyond.join("; ") };
  return { fault: [`no output of the one fits an input of the other: ${ports}${advice}`, ...beyond].join("; ") };
}

/** The inputs that a link may lead to. */
function freeInputs(to: Linked): Named[] {
  return candidates(to, inputsOf(to)).filter(({ name }) => name === to.port || !to.taken.has(name))
    .map((each) => withFedKind(each, to.fed));
}

/**
 * Outputs with inputs; where one of them is open, as they are once they are linked. An open input that cannot carry what
 * comes is there with each kind that it could be given.
 */
function pairsOf(outputs: readonly Named[], to: Linked): Pair[] {
  const inputs = freeInputs(to);
  return outputs.flatMap((output) =>
    inputs.flatMap((input) => {
      const isDirect = isOpen(output.port) || !isOpen(input.port) || kindsOf(input.port).includes(output.port.kind);
      return isDirect
        ? [met(output, input)]
        : kindsOf(input.port).map((kind) => ({ output, input: { ...input, port: withPortKind(input.port, kind) } }));
    })
  );
}

/** The nodes that convert between two ports; `undefined` where there is no way. */
function wayBetween({ output, input }: Pair, converting: Converting | undefined): readonly string[] | undefined {
  const way = converting?.way(output.port, input.port);
  const isDecoded = output.port.kind === "encoded" && way !== undefined && way.length > 0;
  return isDecoded && output.undecodable !== undefined ? undefined : way;
}

/** Whether two ports can be linked, by nodes that convert where these are put in. */
function isLinkable(pair: Pair, converting: Converting | undefined): boolean {
  return isSameKind(pair) || (converting?.isAuto === true && wayBetween(pair, converting) !== undefined);
}

/** A port that is open carries what is told, which for an encoded stream is that and what is encoded. */
function withFedKind(named: Named, told: ReadonlySet<FrameKind> = new Set()): Named {
  const [kind] = (told.has("encoded") ? ["encoded" as const] : [...told]).filter((each) =>
    isOpen(named.port) && kindsOf(named.port).includes(each)
  );
  return kind === undefined ? named : { ...named, port: withPortKind(named.port, kind) };
}

/** An output and an input; where one of them is open, as they are once they are linked. */
function met(output: Named, input: Named): Pair {
  const ports = meet(output.port, input.port);
  const as = (named: Named, port: PortDescriptor) => named.port === port ? named : { ...named, port };
  return { output: as(output, ports.output), input: as(input, ports.input) };
}

/** Why a file cannot hold what is linked to it: nobody encodes the first output of a kind that it has, or it lacks the input. */
function refusalOf(
  pairs: readonly Pair[],
  { port, descriptor: { inputs } }: Linked,
  { name, takes }: KnownInputs,
  wayOf: (pair: Pair) => readonly string[] | undefined,
): string | undefined {
  const isAbsent = (each: PortDescriptor) => !Object.hasOwn(takes, each.name) && mayHave(each, port!);
  if (port !== undefined && inputs.some(isAbsent)) return `${name} holds nothing of "${port}"`;
  for (const [output, own] of Map.groupBy(pairs, (pair) => pair.output)) {
    if (own.some((pair) => wayOf(pair) !== undefined)) return undefined;
    const held = own.find((pair) => wayOf({ output, input: declared(pair.input, inputs) }) !== undefined);
    if (held === undefined) continue;
    const codecs = (listOf(held.input.port.accepts?.codec) ?? []).join(", ");
    return `${name} holds ${codecs}, which no node encodes; choose another format for "${output.name}"`;
  }
  return undefined;
}

/** Why tracks that are there cannot be used, and what to do: `audio_0: its codec is vorbis, …`. */
function undecodableOf({ known, port }: Linked, outputs: readonly Named[]): string[] {
  const refused = Object.entries(known?.refused ?? {}).filter(([name]) => port === undefined || name === port);
  const encoded = outputs.flatMap(({ name, undecodable }) => undecodable === undefined ? [] : [[name, undecodable]]);
  return [...refused, ...encoded].map(([name, why]) => `${name}: ${why}`);
}

/** An input as the type of its node has it. */
function declared({ name, port }: Named, inputs: readonly PortDescriptor[]): Named {
  return { name, port: inputs.find((each) => each.name === port.name) ?? port };
}

/** The kind of what goes over a link, and for an encoded stream that of what is encoded. */
function carriedBy({ output, input }: Pair): readonly FrameKind[] {
  const codecs = listOf(output.port.gives?.codec ?? input.port.accepts?.codec) ?? [];
  const isSound = codecs.map((codec) => AUDIO_CODECS.has(`${codec}`));
  if (input.port.kind !== "encoded" || isSound.length === 0 || new Set(isSound).size > 1) return [input.port.kind];
  return ["encoded", isSound[0] ? "audio" : "video"];
}

function isRaw({ kind }: PortDescriptor): boolean {
  return kind === "audio" || kind === "video";
}

function isSameType(pair: Pair): boolean {
  return isSameKind(pair) && pair.output.port.type === pair.input.port.type;
}

/** Whether they carry the same kind of frames, and may have a codec in common, as far as they tell. */
function isSameKind({ output: { port: output }, input: { port: input } }: Pair): boolean {
  const [given, taken] = [listOf(output.gives?.codec), listOf(input.accepts?.codec)];
  const isOne = isOpen(output)
    ? kindsOf(output).some((kind) => kindsOf(input).includes(kind))
    : output.kind === input.kind;
  return isOne && (!given || !taken || given.some((codec) => taken.includes(codec)));
}

/** Whether one carries encoded sound, say, and so does the other. */
function isSameStream(pair: Pair): boolean {
  const [output, input] = [pair.output.port, pair.input.port];
  return isSameType(pair) && output.kind === "encoded" && output.name === input.name;
}

/** The first output that nodes lead from, and the input that takes the fewest of them. */
function nearestOf(
  pairs: readonly Pair[],
  wayOf: (pair: Pair) => readonly string[] | undefined,
): { readonly pair: Pair; readonly way: readonly string[] } | undefined {
  const ways = pairs.flatMap((pair) => {
    const way = wayOf(pair);
    return way === undefined ? [] : [{ pair, way }];
  });
  const [nearest] = ways.filter(({ pair }) => pair.output === ways[0].pair.output)
    .toSorted((a, b) => a.way.length - b.way.length);
  return nearest;
}

/** The outputs that are known to be there, in the order of the type; where nobody knows, all that the type may have. */
function outputsOf(from: Linked): Named[] {
  const { descriptor: { outputs }, known: { outputs: found = {}, refused = {} } = {}, port: said } = from;
  const names = Object.keys(found).filter((name) => said === undefined || name === said);
  const known = outputs.flatMap((port) =>
    names.filter((name) => mayHave(port, name)).map((name): Named => {
      const { undecodable, colours: _, ...gives } = found[name];
      return { name, port: { ...port, gives }, ...(undecodable !== undefined && { undecodable }) };
    })
  );
  const isRefused = said === undefined ? Object.keys(refused).length > 0 : refused[said] !== undefined;
  return known.length > 0 || isRefused ? known : candidates(from, outputs);
}

/** The inputs of the type; of those that are known to be there, what they take, in their order. */
function inputsOf({ descriptor: { inputs }, known }: Linked): readonly PortDescriptor[] {
  if (known?.inputs === undefined) return inputs;
  return Object.entries(known.inputs.takes).flatMap(([name, found]) =>
    inputs.filter((port) => port.name === name).map((port) => ({ ...port, accepts: { ...port.accepts, ...found } }))
  );
}

/** The port that was said, whether it has a link or not; else all, and of a dynamic one also the element that comes next. */
function candidates({ port: said, taken }: Linked, ports: readonly PortDescriptor[]): Named[] {
  if (said !== undefined) return ports.filter((port) => mayHave(port, said)).map((port) => ({ name: said, port }));
  return ports.filter((port) => port.named === undefined).flatMap((port) =>
    [...new Set([...expandPort(port), ...nextElements(port, taken)])].map((name) => ({ name, port }))
  );
}

/** Whether a name is that of the port or of an element: those of dynamic ports come with links to them. */
function mayHave(port: PortDescriptor, name: string): boolean {
  return port.name === name || (isList(port) && name.startsWith(`${port.name}_`));
}

function nextElements({ name, dynamic }: PortDescriptor, taken: ReadonlySet<string>): string[] {
  if (dynamic === undefined) return [];
  const numbers = Array.from({ length: dynamic.max }, (_, number) => `${name}_${number}`);
  const next = numbers.findIndex((each) => !taken.has(each));
  return next < 0 ? numbers : numbers.slice(0, next + 1);
}

function listPorts({ id, port }: Linked, ports: readonly Named[]): string {
  if (port !== undefined && ports.length === 0) return `"${id}" has no port "${port}" there`;
  const names = ports.map(({ name, port }) => {
    const codecs = listOf(port.gives?.codec ?? port.accepts?.codec) ?? [];
    return `${name} (${[kindsOf(port).join(" or "), ...codecs.length === 0 ? [] : [codecs.join("/")]].join(" ")})`;
  });
  return names.length === 0 ? `"${id}" has none that is free` : `"${id}" has ${listSome(names).replaceAll('"', "")}`;
}
