/**
 * Sends a transport stream by UDP, seven of its packets in each.
 *
 * @module
 */
import { PACKET_BYTES } from "../media/transport_packet.ts";
import { UdpSender } from "../network/udp_socket.ts";
import type { LiveLink } from "./live_link.ts";

const DATAGRAM_BYTES = 7 * PACKET_BYTES;
/** Bytes that may wait before no more are wanted. */
const MOST_WAITING = 262_144;

/** A connection in name: nobody answers. */
export class UdpLink implements LiveLink {
  readonly opensWithFrames = false;
  readonly opened = Promise.resolve();
  readonly closed: Promise<void>;
  readonly #sender: UdpSender;
  readonly #end = Promise.withResolvers<void>();
  #waiting = 0;
  #sent: Promise<void> = Promise.resolve();

  private constructor(sender: UdpSender) {
    this.#sender = sender;
    this.closed = this.#end.promise;
    this.closed.catch(() => {});
  }

  /** @throws {NetworkFault} if there is no such host */
  static async open(hostname: string, port: number, ttl: number): Promise<UdpLink> {
    return new UdpLink(await UdpSender.open(hostname, port, ttl));
  }

  get hasRoom(): boolean {
    return this.#waiting < MOST_WAITING;
  }

  get changed(): Promise<void> {
    return this.#sent;
  }

  write(bytes: Uint8Array<ArrayBuffer>): void {
    this.#waiting += bytes.length;
    this.#sent = this.#sent.then(() => this.#send(bytes)).catch((error) => this.#end.reject(error));
  }

  end(): void {
    void this.#sent.then(() => this.#end.resolve());
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#end.resolve();
    this.#sender.close();
    return Promise.resolve();
  }

  async #send(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += DATAGRAM_BYTES) {
      await this.#sender.send(bytes.subarray(at, at + DATAGRAM_BYTES));
    }
    this.#waiting -= bytes.length;
  }
}
