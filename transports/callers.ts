/**
 * Who may call a server of pipelines, the same for all transports: whoever carries its token, or whom its router lets in.
 *
 * @module
 */
import { isLoopback, isSameToken, randomToken } from "../control/server/access.ts";
import { SluiceError } from "../core/errors.ts";
import type { CallerAccess, Credentials } from "../core/pipeline/router_options.ts";
import type { SessionRouter } from "../core/pipeline/session_router.ts";
import { refuseAccess, type ServeOptions, type ServeTls } from "./serve_options.ts";

/** What is said of callers. With `clientCa` they show certificates, which the transport checks. */
type CallerOptions = Omit<ServeOptions, "tls"> & { readonly tls?: Partial<ServeTls> & { readonly clientCa?: string } };

/** The token of a server: the given one, or a new one where others reach it and nothing else says who calls. */
export function tokenFor({ hostname = "127.0.0.1", access, token, tls }: CallerOptions): string | undefined {
  if (token !== undefined || access === "router" || isLoopback(hostname) || tls?.clientCa !== undefined) return token;
  return randomToken();
}

/** Lets callers in. */
export class Callers {
  /** What calls must carry; absent on loopback, with mutual TLS, and where the router checks them. */
  readonly token: string | undefined;
  readonly #router: SessionRouter;
  /** Whether a call that shows nothing is turned away, whatever the router says. */
  readonly #wantsCredentials: boolean;

  /** @throws {SluiceError} `InvalidConfig` where others reach the server, and nobody checks who calls */
  constructor(router: SessionRouter, options: CallerOptions) {
    const { hostname = "127.0.0.1", access, tls } = options;
    this.#router = router;
    this.#wantsCredentials = access === "router" && !isLoopback(hostname);
    if (this.#wantsCredentials && !router.authenticates && tls?.clientCa === undefined) refuseAccess(hostname);
    this.token = tokenFor(options);
  }

  /** Refuses a call before anything is read. @throws {SluiceError} `AccessDenied` */
  check({ token, certificateSubject }: Credentials): void {
    const isKnown = this.token === undefined || (token !== undefined && isSameToken(token, this.token));
    const showsNothing = token === undefined && certificateSubject === undefined;
    if (isKnown && !(this.#wantsCredentials && showsNothing)) return;
    const why = token === undefined ? "a token is wanted" : "the token is wrong";
    throw new SluiceError("AccessDenied", `Cannot answer: ${why}`, { key: "token" });
  }

  /** Lets a call in. @throws {SluiceError} `AccessDenied` */
  async enter(credentials: Credentials): Promise<CallerAccess> {
    this.check(credentials);
    return await this.#router.authenticate(credentials);
  }
}
