/**
 * The `websocket-sink` processor.
 *
 * @module
 */
import { config, input, processor } from "../../core/annotations.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { PacketFieldsOf, PacketFrame } from "../../core/frames/packet_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { batchAsBytes, batchAsJson } from "./batch_message.ts";
import { jsonLine } from "./line_format.ts";
import { WebSocketClients } from "./websocket_clients.ts";

/**
 * Sends records and values to whoever connects by WebSocket.
 *
 * **Purpose.** Opens a WebSocket server, and sends each batch and each value as a message to every client: a page, a
 * script, another program. A client gets what comes after it has connected. One that takes messages too slowly is sent
 * fewer; neither the graph nor other clients wait for it. Pages of other sites are refused unless `origins` names them.
 *
 * **Inputs.** `packet`: records of any fields. `data`: any values. Either may be left without a link.
 *
 * **Outputs.** None.
 *
 * **Config.** `port`, `hostname`, `origins`, `format` (live), `maxClients`, `maxWaitingBytes`. Figures: `port`, `clients`,
 * `sent` and `skipped` messages.
 *
 * **Example.**
 * ```json
 * { "live": { "type": "websocket-sink", "config": { "port": 9001, "format": "binary" } } }
 * ```
 */
@processor({ usesEventLoop: true, tags: ["websocket", "network", "packet", "sensor", "data", "page", "live"] })
export class WebsocketSink<T extends PacketFieldsOf<T>> {
  @input({ optional: true })
  packet!: StreamInput<PacketFrame<T>>;
  @input({ optional: true })
  data!: StreamInput<DataFrame<unknown>>;
  /** The port to listen on; 0: any that is free, which log and figures tell. @integer @minimum 0 @maximum 65535 */
  @config()
  port = 9001;
  /** The address to listen on; `0.0.0.0`: all of this machine, for everybody who reaches it. @minLength 1 @reaches host */
  @config()
  hostname = "127.0.0.1";
  /** Origins whose pages may connect, such as `https://example.com`, beside those of this machine's own names. */
  @config()
  origins: string[] = [];
  /** Batches: `json`, or `binary` with the columns as they lie in memory. Values are JSON. */
  @config({ live: true })
  format: "json" | "binary" = "json";
  /** Further clients are refused. @integer @minimum 1 @maximum 10000 */
  @config()
  maxClients = 32;
  /**
   * A client for which so much waits is left out until it has taken some.
   * @integer @minimum 0 @maximum 1073741824 @unit bytes
   */
  @config()
  maxWaitingBytes = 1_048_576;

  #clients: WebSocketClients | undefined;

  /** Opens the port. */
  async setup(context: ProcessorContext): Promise<void> {
    this.#clients = await WebSocketClients.open(this);
    const { hostname } = this;
    context.log.info(`clients connect to ws://${hostname}:${this.#clients.port}`, { port: this.#clients.port });
    this.#report(context);
  }

  /** Sends every queued batch and value. */
  process(context: ProcessorContext): void {
    const clients = this.#clients!;
    let batch;
    while ((batch = this.packet.read()) !== undefined) {
      // Nobody is to be written for.
      if (clients.count === 0) continue;
      const plain = batch as unknown as PacketFrame;
      clients.send(this.format === "binary" ? batchAsBytes(plain) : batchAsJson(plain));
    }
    let frame;
    while ((frame = this.data.read()) !== undefined) {
      if (clients.count === 0) continue;
      clients.send(jsonLine({ nodeId: context.nodeId, ptsNs: frame.ptsNs, value: frame.value }).trimEnd());
    }
    this.#report(context);
  }

  /** Closes the port and tells the clients. */
  async teardown(): Promise<void> {
    await this.#clients?.close();
  }

  #report(context: ProcessorContext): void {
    const { port, count, sent, skipped } = this.#clients!;
    context.report({ port, clients: count, sent, skipped });
  }
}
