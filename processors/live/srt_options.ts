/**
 * What both nodes of SRT are told, as the command line of `ffmpeg` names it.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { hostPort } from "./addresses.ts";

/** How long a caller waits for the other side, milliseconds. */
const CONNECT_MS = 3000;
/** The bytes of a packet: seven of a transport stream. */
export const SRT_PACKET_BYTES = 1316;

/** The configuration of a node. */
export interface SrtConfig {
  readonly mode: "caller" | "listener";
  readonly hostname: string;
  readonly port: number;
  readonly latencyMs: number;
  readonly passphrase: string;
  readonly streamId: string;
}

/** The address, without what is secret. */
export function srtAddress({ hostname, port }: SrtConfig): string {
  return `srt://${hostPort(hostname, port)}`;
}

/**
 * The options before the address.
 *
 * @throws {SluiceError} `InvalidConfig` for a passphrase that SRT does not take
 */
export function srtArgs({ mode, latencyMs, passphrase, streamId }: SrtConfig, nodeId: string): string[] {
  const bytes = new TextEncoder().encode(passphrase).length;
  if (bytes > 0 && (bytes < 10 || bytes > 79)) {
    const message = `Cannot start "${nodeId}": its passphrase has ${bytes} bytes, wanted 10 to 79, as SRT has it`;
    throw new SluiceError("InvalidConfig", message, { nodeId, key: "passphrase" });
  }
  return [
    ...["-mode", mode, "-latency", `${latencyMs * 1000}`, "-transtype", "live", "-connect_timeout", `${CONNECT_MS}`],
    ...["-payload_size", `${SRT_PACKET_BYTES}`, "-tlpktdrop", "1"],
    ...(passphrase === "" ? [] : ["-passphrase", passphrase]),
    ...(streamId === "" ? [] : ["-srt_streamid", streamId]),
  ];
}
