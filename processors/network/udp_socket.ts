/**
 * Sockets for UDP. Deno's own ones are unstable; these are Node's.
 *
 * @module
 */
import type { Socket } from "node:dgram";
import { nodeBuiltin } from "../../core/log/node_builtin.ts";
import { assertNet, networkFault } from "./network_fault.ts";

/** How many bytes the system is asked to hold until they are read; it may hold fewer. */
const RECEIVE_BUFFER_BYTES = 1_048_576;

/** Where to listen. */
export interface ListenOptions {
  readonly hostname: string;
  /** 0: any that is free. */
  readonly port: number;
  /** A multicast address to join, on this machine's interface of the address `groupInterface`. */
  readonly group?: string;
  readonly groupInterface?: string;
}

/**
 * Opens a socket that listens.
 *
 * @throws {NetworkFault} if the system refuses the address
 */
export async function listenUdp(options: ListenOptions): Promise<Socket> {
  const { hostname, port, group, groupInterface } = options;
  const shown = hostPort(hostname, port);
  const attempt = `Cannot listen for packets on ${shown}${group === undefined ? "" : `, with the group ${group}`}`;
  assertNet(attempt, shown);
  const socket = nodeBuiltin("node:dgram").createSocket(hostname.includes(":") ? "udp6" : "udp4");
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("error", reject);
  try {
    socket.bind({ address: hostname, port }, resolve);
    await promise;
    socket.removeListener("error", reject);
    // A system that has no such buffer, or no more, goes without.
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    } catch { /* As it is. */ }
    if (group !== undefined) socket.addMembership(group, groupInterface);
    return socket;
  } catch (error) {
    socket.close();
    throw networkFault(attempt, error);
  }
}

/** A socket that sends to one address. */
export class UdpSender {
  readonly #socket: Socket;
  readonly #address: string;
  readonly #port: number;
  readonly #shown: string;

  private constructor(socket: Socket, address: string, port: number, shown: string) {
    this.#socket = socket;
    this.#address = address;
    this.#port = port;
    this.#shown = shown;
  }

  /**
   * Looks the host up and opens a socket.
   *
   * @param ttl over how many networks packets to a group go
   * @throws {NetworkFault} if there is no such host
   */
  static async open(hostname: string, port: number, ttl: number): Promise<UdpSender> {
    const shown = hostPort(hostname, port);
    const attempt = `Cannot send packets to ${shown}`;
    const isName = nodeBuiltin("node:net").isIP(hostname) === 0;
    // To look a name up takes all of its ports; packets leave from a port of this machine, whichever is free.
    assertNet(attempt, ...(isName ? [hostname] : []), "0.0.0.0:0");
    let socket: Socket | undefined;
    try {
      const { address, family } = await nodeBuiltin("node:dns").promises.lookup(hostname);
      assertNet(attempt, hostPort(address, port));
      socket = nodeBuiltin("node:dgram").createSocket(family === 6 ? "udp6" : "udp4");
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      socket.once("error", reject);
      socket.bind(0, resolve);
      await promise;
      socket.removeListener("error", reject);
      // What a packet meets on its way is no failure of the sender.
      socket.on("error", () => {});
      socket.setMulticastTTL(ttl);
      return new UdpSender(socket, address, port, shown);
    } catch (error) {
      socket?.close();
      throw networkFault(attempt, error);
    }
  }

  /** Sends a packet. @throws {NetworkFault} if the system does not take it */
  async send(bytes: Uint8Array): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#socket.send(bytes, this.#port, this.#address, (error) => error ? reject(error) : resolve());
    try {
      await promise;
    } catch (error) {
      throw networkFault(`Cannot send a packet to ${this.#shown}`, error);
    }
  }

  /** Closes the socket. */
  close(): void {
    this.#socket.close();
  }
}

function hostPort(hostname: string, port: number): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
