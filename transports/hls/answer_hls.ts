/**
 * Serves the files of `hls-sink` nodes to players: `GET /hls/NODE` leads to the list that players open,
 * `GET /hls/NODE/FILE` gives that list, those that it names, and their segments. Nothing else of the folder is served: a
 * name is compared with those that the node gives, and never taken for a path.
 *
 * @module
 */
import { basename, dirname, extname } from "node:path";
import { resolveText } from "../../core/descriptor/secrets.ts";
import type { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";

const PATH = /^\/hls\/([A-Za-z_][\w-]{0,63})(?:\/([^/]*))?$/;

/** What follows the name of the list in the names of files; of a second run, a number comes first. */
const FILE = /^(?:-\d+)?(?:-(video|audio)_\d+(?:-init-\d+\.mp4|-\d{6,}\.m4s|\.m3u8)|\.m3u8)$/;

/** The content type of lists. */
const LIST = "application/vnd.apple.mpegurl";

/** Files are written anew under the same names by another run, so that players have to ask each time. */
const HEADERS = {
  "cache-control": "no-cache",
  "access-control-allow-origin": "*",
  "x-content-type-options": "nosniff",
};

/**
 * Answers the request of a player. Whether its sender may ask at all is for the server to check. The graph may run, or
 * have ended.
 *
 * @example
 * ```ts ignore
 * import { answerHls } from "@sluice/sluice/hls";
 *
 * Deno.serve(async (request) => await answerHls(runtime, request) ?? new Response(null, { status: 404 }));
 * ```
 *
 * @returns `undefined` for other paths
 */
export async function answerHls(runtime: Runtime, request: Request): Promise<Response | undefined> {
  const [, nodeId, encoded] = PATH.exec(new URL(request.url).pathname) ?? [];
  if (nodeId === undefined) return undefined;
  if (request.method !== "GET" && request.method !== "HEAD") {
    return refuse(405, "wanted GET or HEAD", { allow: "GET, HEAD" });
  }
  const sinks = viewRuntime(runtime).nodes.filter(({ type }) => type.descriptor.type === "hls-sink");
  const path = sinks.find(({ id }) => id === nodeId)?.config.path;
  if (typeof path !== "string") {
    const there = sinks.map(({ id }) => `"${id}"`).join(", ");
    return refuse(
      404,
      `There is no hls-sink "${nodeId}"; ${there === "" ? "the graph has none" : `there is ${there}`}`,
    );
  }
  const list = resolveText(path);
  const stem = basename(list, extname(list));
  if (encoded === undefined || encoded === "") {
    const location = `/hls/${nodeId}/${encodeURIComponent(stem)}.m3u8`;
    return new Response(null, { status: 302, headers: { ...HEADERS, location } });
  }
  const name = decode(encoded);
  const match = name.startsWith(stem) ? FILE.exec(name.slice(stem.length)) : null;
  if (match === null) return refuse(404, `"${nodeId}" writes no file of that name; the list is "${stem}.m3u8"`);
  const headers = { ...HEADERS, "content-type": name.endsWith(".m3u8") ? LIST : `${match[1]}/mp4` };
  const file = `${dirname(list)}/${name}`;
  try {
    if (!(await Deno.lstat(file)).isFile) return refuse(404, `"${name}" is no file`);
    return await give(await Deno.open(file), request, headers);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return refuse(404, `"${name}" is not there: it is written once its segment is complete, or has left the list`);
  }
}

async function give(file: Deno.FsFile, request: Request, headers: Record<string, string>): Promise<Response> {
  const { size, mtime } = await file.stat();
  const etag = `W/"${size}-${mtime?.getTime()}"`;
  const isKnown = request.headers.get("if-none-match") === etag;
  if (!isKnown && request.method === "GET") {
    return new Response(file.readable, { headers: { ...headers, etag, "content-length": `${size}` } });
  }
  file.close();
  return new Response(null, { status: isKnown ? 304 : 200, headers: { ...headers, etag } });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

function refuse(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Response {
  const type = { "content-type": "text/plain; charset=utf-8" };
  return new Response(`${message}\n`, { status, headers: { ...HEADERS, ...type, ...headers } });
}
