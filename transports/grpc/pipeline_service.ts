/**
 * The calls of `sluice.v1.PipelineService`. A session lives for as long as its call: a cancelled one, a deadline and a
 * lost connection close it. Nothing queues here: an input is read once the graph has taken the one before it, and an
 * output is taken once the one before it has left for the network.
 *
 * @module
 */
import { createContextKey, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { SluiceError } from "../../core/errors.ts";
import { isPlainObject } from "../../core/errors/kind_of.ts";
import { Outbox } from "../../core/pipeline/outbox.ts";
import type { CallerAccess } from "../../core/pipeline/router_options.ts";
import type { PipelineGraph, StreamSession } from "../../core/pipeline/transport.ts";
import { TransportData } from "../../core/pipeline/transport_data.ts";
import { assertAtMost } from "../request_limits.ts";
import type { GrpcLimits } from "./grpc_options.ts";
import type { ItemCodec } from "./items.ts";
import type {
  Graph,
  Item,
  PipelineService,
  StreamPipelineRequest,
  StreamPipelineResponseSchema,
} from "./pipeline.gen.ts";
import { toErrorMessage, toStatus } from "./statuses.ts";

/** What a call knows of its caller. */
export interface PipelineCall {
  /** What the caller may do. */
  readonly access: CallerAccess;
  /** The first message has come. */
  readonly opened: () => void;
}

/** The call of a handler, which was let in before. */
export const PIPELINE_CALL = createContextKey<PipelineCall | undefined>(undefined);

type Response = MessageInitShape<typeof StreamPipelineResponseSchema>;

/** Makes the calls. */
export function pipelineService(codec: ItemCodec, limits: Required<GrpcLimits>): ServiceImpl<typeof PipelineService> {
  return {
    async executePipeline({ graph, inputs }, context) {
      const { access, opened } = context.values.get(PIPELINE_CALL)!;
      opened();
      try {
        assertAtMost("requestItems", inputs.length, limits.requestItems);
        const asked = readGraph(graph, limits.graphBytes);
        const outputs = await access.execute(asked, itemsOf(inputs, codec), { signal: context.signal });
        return { outputs: outputs.map((each) => codec.write(each, graph!.binaryOutputs)) };
      } catch (error) {
        throw failureOf(error, context);
      }
    },
    async *streamPipeline(requests, context) {
      const { access, opened } = context.values.get(PIPELINE_CALL)!;
      const messages = requests[Symbol.asyncIterator]();
      try {
        const graph = await firstGraph(messages);
        opened();
        const session = await access.stream(readGraph(graph, limits.graphBytes));
        yield* responses(session, messages, graph, codec, context);
      } catch (error) {
        throw failureOf(error, context);
      }
    },
  };
}

/** Everything that is said of a session. */
async function* responses(
  session: StreamSession,
  messages: AsyncIterator<StreamPipelineRequest>,
  { binaryOutputs }: Graph,
  codec: ItemCodec,
  { signal }: HandlerContext,
): AsyncGenerator<Response> {
  const outbox = new Outbox<Response>();
  const stop = () => {
    outbox.end({ error: signal.reason });
    // Why it failed, its outputs have told.
    void session.close().catch(() => {});
  };
  // A response that waits for the network never resumes once the call was cut off: the signal alone tells.
  signal.addEventListener("abort", stop, { once: true });
  try {
    if (signal.aborted) throw signal.reason;
    const { sessionId, ports = { inputs: [], outputs: [] } } = session;
    const ready = { sessionId, inputs: [...ports.inputs], outputs: [...ports.outputs] };
    outbox.put({ message: { case: "ready", value: ready } });
    void takeInputs(session, messages, codec, outbox);
    void giveOutputs(session, codec, binaryOutputs, outbox);
    for (;;) {
      const response = await outbox.take();
      if (response === undefined) return;
      yield response;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    outbox.close();
    await session.close();
  }
}

async function giveOutputs(
  session: StreamSession,
  codec: ItemCodec,
  asBinary: boolean,
  outbox: Outbox<Response>,
): Promise<void> {
  try {
    for (;;) {
      const data = await session.recvOutput();
      if (data === undefined) return outbox.end();
      await outbox.give({ message: { case: "item", value: codec.write(data, asBinary) } });
    }
  } catch (error) {
    outbox.end({ error });
  }
}

async function takeInputs(
  session: StreamSession,
  messages: AsyncIterator<StreamPipelineRequest>,
  codec: ItemCodec,
  outbox: Outbox<Response>,
): Promise<void> {
  try {
    for (;;) {
      const { done, value } = await messages.next();
      if (done) return await session.sendInput(new TransportData({ kind: "end" }));
      if (value.message.case !== "item") {
        throw new SluiceError("InvalidMessage", 'Cannot read a message: wanted "item" after the first one');
      }
      try {
        await session.sendInput(codec.read(value.message.value));
      } catch (error) {
        // Why a session has failed comes out of its outputs. A client that does not read this is not read either.
        await outbox.give({ message: { case: "refused", value: toErrorMessage(error) } });
      }
    }
  } catch (error) {
    // An end that comes after that of the graph says nothing new.
    if (session.isActive) outbox.end({ error });
  }
}

/** The first message. @throws {SluiceError} `InvalidMessage` if there is none, or it is none */
async function firstGraph(messages: AsyncIterator<StreamPipelineRequest>): Promise<Graph> {
  const { done, value } = await messages.next();
  if (done) throw new SluiceError("InvalidMessage", "Cannot start a session: the stream is empty, wanted a graph");
  if (value.message.case === "graph") return value.message.value;
  throw new SluiceError("InvalidMessage", 'Cannot start a session: wanted "graph" in the first message', {
    key: "graph",
  });
}

function readGraph(message: Graph | undefined, graphBytes: number): PipelineGraph {
  const fail = (what: string, cause?: unknown) =>
    new SluiceError("InvalidMessage", `Cannot read the graph: ${what}`, { key: "graph", cause });
  const graph = message?.graph;
  if (graph?.value === undefined) throw fail('wanted its "name" or its "json"');
  if (graph.case === "name") return graph.value;
  assertAtMost("graphBytes", graph.value.length, graphBytes);
  let file: unknown;
  try {
    file = JSON.parse(graph.value);
  } catch (error) {
    throw fail('"json" is not JSON', error);
  }
  if (!isPlainObject(file)) throw fail('"json" is no JSON object');
  return file as unknown as PipelineGraph;
}

function* itemsOf(inputs: readonly Item[], codec: ItemCodec): Iterable<TransportData> {
  for (const each of inputs) yield codec.read(each);
}

/** A call that was cut off ends as its signal says. */
function failureOf(error: unknown, { signal }: HandlerContext): unknown {
  return signal.aborted ? signal.reason : toStatus(error);
}
