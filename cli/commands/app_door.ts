/**
 * App sources and sinks for the program that owns a graph: a WebSocket for each, over which items come and go. The first
 * message says what to make, as JSON; the answer has the node. Binary messages are items of transports.
 *
 * A source answers each item once every link has it, `{"taken": true}`, or with the reason why none will, `{"refused":
 * error}`; `{"end": true}` ends its stream. A sink is sent `{"want": count}`, and gives so many items, and `{"end":
 * true}` or `{"failed": error}` where there are no more.
 *
 * @module
 */
import { Access, isWholeUpgrade, offersProtocol } from "../../control/server/access.ts";
import { appSink, type AppSinkHandle } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { payloadOf } from "../../core/app/payload_frames.ts";
import type { AppSourceHandle } from "../../core/app/source_node.ts";
import { SluiceError } from "../../core/errors.ts";
import { isPlainObject } from "../../core/errors/kind_of.ts";
import type { Frame } from "../../core/frames/frame.ts";
import { binaryFormat } from "../../core/pipeline/binary_format.ts";
import { TransportData } from "../../core/pipeline/transport_data.ts";
import type { NodeSpec } from "../../core/registry/node_type.ts";
import type { Runtime } from "../../core/runtime.ts";
import { codeOf, toWireError, type WireError } from "../../transports/wire_error.ts";

/** The subprotocol of these connections. */
const PROTOCOL = "sluice.app.v1";

/** The most bytes of an item: a picture of 8 Ki by 8 Ki pixels. */
const MAX_BYTES = 2 ** 28;

const format = binaryFormat({ maxBytes: MAX_BYTES, maxValueBytes: MAX_BYTES });

// deno-lint-ignore no-explicit-any -- items of any kind
type Source = AppSourceHandle<any, any>;
type Sink = AppSinkHandle<Frame, unknown>;

/** What answers the messages of a connection. */
interface Side {
  readonly id: string;
  readonly take: (message: string | ArrayBuffer) => void;
  readonly leave: () => void;
}

/** Opens the door on a free port of this machine. @returns the server, and its address */
export function openAppDoor(runtime: Runtime, token: string): AsyncDisposable & { readonly url: string } {
  const access = new Access({ hostname: "127.0.0.1", token, allowedHosts: [] });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const refusal = access.checkSource(request) ?? access.checkToken(request);
    if (refusal !== undefined) return new Response(refusal.message, { status: refusal.status });
    if (!isWholeUpgrade(request) || !offersProtocol(request, PROTOCOL)) {
      return new Response(`wanted ${PROTOCOL}`, { status: 426 });
    }
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: PROTOCOL });
    attend(runtime, socket);
    return response;
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Makes the node of a connection, and passes messages on. */
function attend(runtime: Runtime, socket: WebSocket): void {
  let side: Promise<Side> | undefined;
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => {
    if (side !== undefined) return void side.then(({ take }) => take(data), () => {});
    side = make(runtime, socket, data);
    side.then(({ id }) => tell(socket, { node: id }), (error) => tell(socket, { error: wireOf(error) }));
  };
  socket.onclose = () => void side?.then(({ leave }) => leave(), () => {});
  // A close follows.
  socket.onerror = () => {};
}

/** @throws {SluiceError | TypeError | RangeError} for what cannot be made */
async function make(runtime: Runtime, socket: WebSocket, text: unknown): Promise<Side> {
  const { make: what, kind, options = {}, id } = asked(text);
  const given = { ...(id !== undefined && { id }) };
  const makers = (what === "source" ? appSource : appSink) as unknown as Record<string, (options: object) => NodeSpec>;
  if (!Object.hasOwn(makers, kind)) {
    const available = Object.keys(makers);
    const message = `Cannot make an app ${what} of "${kind}": wanted one of ${available.join(", ")}`;
    throw new SluiceError("InvalidConfig", message, { key: "kind", available });
  }
  const handle = await runtime.add(makers[kind](options), given);
  return what === "source"
    ? sourceSide(socket, handle as unknown as Source)
    : sinkSide(socket, handle as unknown as Sink);
}

function asked(text: unknown) {
  const read: unknown = typeof text === "string" ? JSON.parse(text) : undefined;
  if (isPlainObject(read) && (read.make === "source" || read.make === "sink") && typeof read.kind === "string") {
    return read as { make: "source" | "sink"; kind: string; options?: object; id?: string };
  }
  throw new SluiceError("InvalidMessage", 'Cannot make a node: wanted {"make": "source" or "sink", "kind": …}');
}

function sourceSide(socket: WebSocket, source: Source): Side {
  const push = async (bytes: ArrayBuffer) => {
    const { payload } = format.deserialize(new Uint8Array(bytes));
    if (payload.kind === "text") return await source.push({ value: payload.text, ptsNs: payload.ptsNs });
    if (payload.kind === "bytes") return await source.push({ value: payload.bytes, ptsNs: payload.ptsNs });
    await source.push(payload);
  };
  return {
    id: source.id,
    take: (message) => {
      if (typeof message === "string") return source.end();
      push(message).then(
        () => tell(socket, { taken: true }),
        (error) => tell(socket, { refused: wireOf(error) }),
      );
    },
    leave: () => source.end(),
  };
}

function sinkSide(socket: WebSocket, sink: Sink): Side {
  const frames = sink[Symbol.asyncIterator]();
  let wanted = 0;
  let isReading = false;
  const read = async () => {
    isReading = true;
    while (wanted > 0) {
      try {
        const { done, value } = await frames.next();
        if (done) {
          wanted = 0;
          tell(socket, { end: true });
        } else {
          wanted--;
          if (socket.readyState === WebSocket.OPEN) socket.send(format.serialize(new TransportData(payloadOf(value))));
        }
      } catch (error) {
        wanted = 0;
        tell(socket, { failed: wireOf(error) });
      }
    }
    isReading = false;
  };
  return {
    id: sink.id,
    take: (message) => {
      const want: unknown = typeof message === "string" ? JSON.parse(message).want : undefined;
      if (!Number.isSafeInteger(want) || (want as number) < 0) return socket.close(1008, "wanted a number of items");
      wanted += want as number;
      if (!isReading) void read();
    },
    leave: () => void frames.return?.(),
  };
}

/** Errors of items are plain ones in a script. */
function wireOf(error: unknown): WireError {
  if (codeOf(error) !== undefined || !(error instanceof TypeError || error instanceof RangeError)) {
    return toWireError(error);
  }
  return toWireError(new SluiceError("TypeMismatch", error.message));
}

function tell(socket: WebSocket, message: object): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}
