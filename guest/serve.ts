/**
 * Serves the runtime with one processor, until its node ends.
 *
 * @module
 */
import { describeThrown, placeOf } from "../core/errors/thrown.ts";
import type { AnyNodeType } from "../core/registry/node_type.ts";
import { LEVEL, library } from "./library.ts";
import { GuestNode, type GuestPlan } from "./node.ts";
import { CALL, Words } from "./words.ts";

const encoder = new TextEncoder();

/** What a call ends with. */
interface Ending {
  readonly status?: number;
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

/**
 * Serves the runtime, and ends the process then.
 *
 * @param from the module of a package
 * @param name of the node type
 */
export async function serve(from: { readonly nodePackage: { readonly nodes: readonly AnyNodeType[] } }, name: string) {
  const type = from.nodePackage.nodes.find(({ descriptor }) => descriptor.type === name);
  const make = type === undefined ? undefined : await type.load();
  let node: GuestNode | undefined;
  const answer = (words: Words): Ending | Promise<Ending> => {
    switch (words.word()) {
      case CALL.create: {
        words.text();
        words.text();
        words.number();
        words.number();
        const plan = words.json() as GuestPlan;
        if (type === undefined || make === undefined) throw new Error(`its package has no node type "${name}"`);
        node = new GuestNode(plan, type.descriptor, make(plan.config));
        return ending(node.setup());
      }
      case CALL.process:
        skipState(words);
        return ending(node!.process());
      case CALL.flush: {
        skipState(words);
        const more = node!.flush();
        return more instanceof Promise ? more.then(statusOf) : statusOf(more);
      }
      case CALL.control:
        skipState(words);
        node!.configure(words.json() as Record<string, unknown>);
        return {};
      case CALL.command: {
        skipState(words);
        const [command, json] = [words.text(), words.text()];
        return node!.command(command, json).then((text) => ({ bytes: encoder.encode(text) }));
      }
      case CALL.snapshot:
        return { bytes: node!.snapshot() };
      case CALL.restore:
        node!.restore(words.bytes());
        return {};
      case CALL.destroy: {
        const last = node;
        node = undefined;
        return ending(last?.teardown());
      }
      default:
        throw new Error("its process was asked for what it does not know");
    }
  };
  library.ready();
  for (;;) {
    const call = node?.waitsAside ? await library.nextCallAside() : library.nextCall();
    if (call === undefined) break;
    try {
      const outcome = answer(new Words(call));
      const { status = 0, bytes } = outcome instanceof Promise ? await outcome : outcome;
      library.endCall(status, bytes);
    } catch (error) {
      node?.drop();
      library.failCall(tell(error));
    }
  }
  Deno.exit(0);
}

/** Skips whether the graph is live and in development mode, and how long it was paused. */
function skipState(words: Words): void {
  words.word();
  words.word();
  words.number();
}

function ending(outcome: Promise<void> | void): Ending | Promise<Ending> {
  return outcome instanceof Promise ? outcome.then(() => ({})) : {};
}

function statusOf(more: boolean): Ending {
  return { status: more ? 1 : 0 };
}

/** Returns the error with its place, and writes its stack to the node's log. */
function tell(error: unknown): string {
  const { name, message, stack = "" } = describeThrown(error);
  library.logLine(LEVEL.debug, stack);
  const place = stack.split("\n").map(placeOf).find((each) => each !== undefined && !each.includes("/guest/"));
  const where = place === undefined ? "" : ` (${place.slice(place.lastIndexOf("/") + 1)})`;
  return `${name === "SluiceError" ? "" : `${name}: `}${message}${where}`;
}

addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  console.error(describeThrown(event.reason).stack ?? describeThrown(event.reason).message);
  Deno.exit(1);
});
