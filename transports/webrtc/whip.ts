/**
 * WHIP (RFC 9725) and WHEP: publishers and players hand their offers to nodes by HTTP.
 *
 * `POST /whip/NODE` with an SDP offer gives it to a `webrtc-source`, `POST /whep/NODE` to a `webrtc-sink`. The answer names
 * the resource of the connection: `PATCH` adds candidates there, `DELETE` ends it.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";

/** The longest body, bytes. An offer with many candidates has ten thousand. */
const MAX_BYTES = 65_536;

const PATH = /^\/(whip|whep)\/([A-Za-z_][\w-]{0,63})(?:\/([\w-]{1,64}))?$/;

/** What takes offers of a protocol, and who makes them. */
const TAKERS = {
  whip: { type: "webrtc-source", peers: "publishers" },
  whep: { type: "webrtc-sink", peers: "players" },
} as const;

/** The media types of bodies. */
const SDP = "application/sdp";
const FRAGMENT = "application/trickle-ice-sdpfrag";

/** When to ask again, seconds. */
const AGAIN = { "retry-after": "2" };

/** A node's answer to an offer. */
interface Answer {
  readonly id: string;
  readonly sdp: string;
}

/** A node's answer where it has no place for a peer, or does not know the connection. */
interface Refused {
  readonly refused: "full" | "unknown";
  readonly why: string;
}

/**
 * Answers a request of WHIP or WHEP. Whether its sender may ask at all is for the server to check.
 *
 * @returns `undefined` for other paths
 */
export async function answerWhip(runtime: Runtime, request: Request): Promise<Response | undefined> {
  const { pathname } = new URL(request.url);
  const match = PATH.exec(pathname);
  if (match === null) return undefined;
  const [, protocol, nodeId, connection] = match;
  const { type, peers } = TAKERS[protocol as keyof typeof TAKERS];
  const nodes = viewRuntime(runtime).nodes.filter((node) => node.type.descriptor.type === type);
  if (!nodes.some(({ id }) => id === nodeId)) {
    const there = nodes.map(({ id }) => `"${id}"`).join(", ");
    return refuse(404, `There is no ${type} "${nodeId}" for ${peers}; ${there === "" ? "the graph has none" : there}`);
  }
  try {
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: { "accept-post": SDP } });
    if (connection === undefined) {
      if (request.method !== "POST") return refuse(405, "wanted POST with an offer", { allow: "POST, OPTIONS" });
      const sdp = await readBody(request, SDP);
      if (sdp instanceof Response) return sdp;
      const answer = await runtime.command(nodeId, "offer", { sdp }) as Answer | Refused;
      if ("refused" in answer) return refuseFor(answer);
      const headers = { "content-type": SDP, location: `${pathname}/${answer.id}` };
      return new Response(answer.sdp, { status: 201, headers });
    }
    if (request.method === "DELETE") {
      const refused = await runtime.command(nodeId, "leave", { id: connection }) as Refused | null;
      return refused === null ? new Response(null, { status: 200 }) : refuseFor(refused);
    }
    if (request.method !== "PATCH") return refuse(405, "wanted PATCH or DELETE", { allow: "PATCH, DELETE, OPTIONS" });
    const fragment = await readBody(request, FRAGMENT);
    if (fragment instanceof Response) return fragment;
    const candidates = candidatesOf(fragment);
    if (candidates.length === 0) {
      const refused = await findConnection(runtime, nodeId, connection);
      if (refused !== null) return refuseFor(refused);
    }
    for (const candidate of candidates) {
      const refused = await runtime.command(nodeId, "candidate", { id: connection, candidate }) as Refused | null;
      if (refused !== null) return refuseFor(refused);
    }
    return new Response(null, { status: 204 });
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return error.code === "Busy" ? refuse(503, error.message, AGAIN) : refuse(400, error.message);
  }
}

/**
 * Looks for a connection by a candidate that is none: the node refuses it where the connection is there, and adds nothing.
 *
 * @returns `null` if it is there
 */
async function findConnection(runtime: Runtime, nodeId: string, id: string): Promise<Refused | null> {
  try {
    return await runtime.command(nodeId, "candidate", { id, candidate: "" }) as Refused | null;
  } catch (error) {
    if (error instanceof SluiceError && error.code !== "Busy") return null;
    throw error;
  }
}

/** The candidates of a fragment of SDP, without those whose addresses are hidden: a peer is found by what it sends. */
function candidatesOf(fragment: string): string[] {
  const lines = fragment.split(/\r?\n/).filter((line) => line.startsWith("a=candidate:"));
  return lines.map((line) => line.slice(2)).filter((line) => !/\.local /.test(line));
}

async function readBody(request: Request, type: string): Promise<string | Response> {
  const given = request.headers.get("content-type")?.split(";")[0].trim().toLowerCase();
  if (given !== type) return refuse(415, `The body is ${given ?? "of no type"}, wanted ${type}`);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body ?? []) {
    length += part.byteLength;
    if (length > MAX_BYTES) return refuse(413, `The body has more than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return await new Blob(parts as Uint8Array<ArrayBuffer>[]).text();
}

function refuseFor({ refused, why }: Refused): Response {
  return refused === "full" ? refuse(503, why, AGAIN) : refuse(404, why);
}

function refuse(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${message}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers } });
}
