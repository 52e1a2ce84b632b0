/**
 * What goes wrong on a network, in words that say what to do.
 *
 * @module
 */
import { SluiceError, type SluiceErrorCode } from "../../core/errors.ts";

/** By the codes of the system: what was found, and what mends it. */
const SAID: { readonly [code: string]: string } = {
  ECONNREFUSED: "nobody listens there; start what is to answer, or correct the address",
  ECONNRESET: "the other side broke the connection off",
  EPIPE: "the other side broke the connection off",
  ENOTFOUND: "no host has that name; correct it, or look after the name server",
  EAI_AGAIN: "the name server does not answer; look after the network",
  ENETUNREACH: "no network leads there; look after the network, or correct the address",
  EHOSTUNREACH: "the host does not answer; look after it and the network, or correct the address",
  ETIMEDOUT: "the host does not answer; look after it and the network, or correct the address",
  EADDRINUSE: "another node or program listens there; wanted a port of its own, or 0 for any that is free",
  EINVAL: "the system does not take the address; wanted a multicast address such as 239.0.0.1 as group",
  EADDRNOTAVAIL: "this machine does not have that address; wanted one of its own, or 0.0.0.0 for all of them",
  EACCES: "the system does not allow it; take a port from 1024, or ask who looks after the machine",
};

/** By words of Deno's messages, where an error has no code. */
const SAID_BY_WORDS: readonly (readonly [words: RegExp, code: string])[] = [
  [/connection refused/i, "ECONNREFUSED"],
  [/connection reset|connection closed before|reading a body|end of file|unexpected eof/i, "ECONNRESET"],
  [/dns error|failed to lookup|name or service not known/i, "ENOTFOUND"],
  [/network is unreachable/i, "ENETUNREACH"],
  [/no route to host/i, "EHOSTUNREACH"],
];

/** Something that went wrong on a network. */
export class NetworkFault extends SluiceError {
  /** Whether it stays as it is, so that another try would be in vain. */
  readonly isLasting: boolean;

  /**
   * @param attempt how the message starts: `Cannot connect to "ws://a"`
   * @param reason what was found, and what to do
   */
  constructor(
    attempt: string,
    reason: string,
    { code = "Busy", isLasting = false, cause }: {
      readonly code?: SluiceErrorCode;
      readonly isLasting?: boolean;
      readonly cause?: unknown;
    } = {},
  ) {
    super(code, `${attempt}: ${reason}`, { cause });
    this.isLasting = isLasting;
  }
}

/**
 * The fault behind what the system or Deno has thrown.
 *
 * @throws {SluiceError} as it is, if it is one of another kind, such as for a configuration
 */
export function networkFault(attempt: string, error: unknown): NetworkFault {
  if (error instanceof NetworkFault) return error;
  if (error instanceof SluiceError) throw error;
  const { message, code } = error as NodeJS.ErrnoException;
  const text = allMessages(error);
  const known = code ?? SAID_BY_WORDS.find(([words]) => words.test(text))?.[1];
  const isCertificate = /certificate|UnknownIssuer|tls/i.test(text);
  const reason = known !== undefined && Object.hasOwn(SAID, known)
    ? SAID[known]
    : isCertificate
    ? `its certificate was not accepted (${message}); let the server have one of an authority that is trusted, or name the ` +
      "file of its authority in the variable NODE_EXTRA_CA_CERTS"
    : message;
  return new NetworkFault(attempt, reason, { cause: error });
}

/**
 * Asks for the permission to use addresses, as Deno does: where it is not given, some of Node's calls would end the process.
 *
 * @param hosts such as `127.0.0.1:80`
 * @throws {NetworkFault} that says what to allow
 */
export function assertNet(attempt: string, ...hosts: readonly string[]): void {
  if (hosts.every((host) => Deno.permissions.requestSync({ name: "net", host }).state === "granted")) return;
  const reason = `Deno may not use the network for it; run it with --allow-net, or with --allow-net=${hosts.join(",")}`;
  throw new NetworkFault(attempt, reason, { code: "AccessDenied", isLasting: true });
}

/** An address as messages name it: without what may be secret. */
export function shownUrl({ protocol, host, pathname }: URL): string {
  return JSON.stringify(`${protocol}//${host}${pathname}`);
}

function allMessages(error: unknown): string {
  let text = "";
  for (let each = error; each instanceof Error; each = each.cause) text += `${each.message}\n`;
  return text;
}
