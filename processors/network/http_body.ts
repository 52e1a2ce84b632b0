/**
 * The body of an answer over HTTP, chunk by chunk: while nobody asks for the next one, nothing is read.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { statusFault } from "./http_status.ts";
import { assertNet, NetworkFault, networkFault, shownUrl } from "./network_fault.ts";

/** How often a request is sent on. */
const MAX_REDIRECTS = 5;

/** How a request is made. */
export interface RequestOptions {
  readonly headers: { readonly [name: string]: string };
  /** How long the server may take to answer, and how long nothing of the body may come. */
  readonly timeoutSeconds: number;
  readonly silenceSeconds: number;
  /** Breaks it off. */
  readonly signal: AbortSignal;
  /** The bytes that are asked for; by default all. */
  readonly range?: { readonly start: number; readonly length: number };
}

/** The part of a body that has come over a connection which broke. */
export interface BodyPart {
  readonly bytes: number;
  /** What the server calls this version of the body. */
  readonly version: string;
}

/** An answer that is read. */
export class HttpBody implements AsyncDisposable {
  /** Whether it goes on where the part ended that was asked to be gone on from. */
  readonly isRest: boolean;
  /** What the server calls this version of the body, if it gives parts of it. */
  readonly version: string | undefined;
  /** Where it came from in the end. */
  readonly url: URL;
  readonly #attempt: string;
  readonly #options: RequestOptions;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #breaker: AbortController;

  private constructor(url: URL, answer: Response, options: RequestOptions, breaker: AbortController, isRest: boolean) {
    this.url = url;
    this.#attempt = `Cannot read ${shownUrl(url)}`;
    this.#options = options;
    this.#breaker = breaker;
    this.#reader = answer.body?.getReader();
    this.isRest = isRest;
    const etag = answer.headers.get("etag");
    const hasParts = answer.headers.get("accept-ranges") === "bytes" || isRest;
    this.version = hasParts && etag !== null && !etag.startsWith("W/") ? etag : undefined;
  }

  /**
   * Asks for a body, following the server to other addresses. Headers go no further than to the origin that they are for.
   *
   * @param part what is there of it: the server gives the rest, or all of another version
   * @throws {NetworkFault} why there is none
   */
  static async open(first: URL, options: RequestOptions, part?: BodyPart): Promise<HttpBody> {
    const wanted = options.range;
    let url = first;
    for (let count = 0; count <= MAX_REDIRECTS; count++) {
      const attempt = `Cannot get ${shownUrl(url)}`;
      const breaker = new AbortController();
      const range = part
        ? { range: `bytes=${part.bytes}-`, "if-range": part.version }
        : wanted && { range: `bytes=${wanted.start}-${wanted.start + wanted.length - 1}` };
      const headers = { ...(url.origin === first.origin && options.headers), ...range };
      const answer = await ask(url, headers, options, breaker, attempt);
      const { status } = answer;
      const location = answer.headers.get("location");
      const startByte = part?.bytes ?? wanted?.start;
      const isPart = status === 206 && startByte !== undefined && startOf(answer) === startByte;
      if (isPart || (wanted === undefined && (status === 200 || status === 203 || status === 204))) {
        return new HttpBody(url, answer, options, breaker, isPart && part !== undefined);
      }
      await answer.body?.cancel();
      if (status === 200) {
        throw new NetworkFault(attempt, "it gives no parts of it, which are asked for", { isLasting: true });
      }
      if (status < 300 || status >= 400 || location === null) throw statusFault(attempt, status);
      url = redirected(url, location, attempt);
    }
    throw new NetworkFault(
      `Cannot get ${shownUrl(first)}`,
      `it sends on more than ${MAX_REDIRECTS} times; write the last address`,
      { isLasting: true },
    );
  }

  /**
   * The next chunk.
   *
   * @returns `undefined` at the end
   * @throws {NetworkFault} for a body that breaks off, and for silence
   */
  async next(): Promise<Uint8Array | undefined> {
    const { silenceSeconds, signal } = this.#options;
    const silence = new NetworkFault(this.#attempt, `nothing has come for ${silenceSeconds} s`, { code: "Timeout" });
    try {
      return await within(
        silenceSeconds,
        silence,
        signal,
        this.#breaker,
        async () => (await this.#reader?.read())?.value,
      );
    } catch (error) {
      throw networkFault(this.#attempt, error);
    }
  }

  /** Lets go of the connection. What is left is not read. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader?.cancel().catch(() => {});
  }
}

async function ask(
  url: URL,
  headers: { readonly [name: string]: string },
  { timeoutSeconds, signal }: RequestOptions,
  breaker: AbortController,
  attempt: string,
): Promise<Response> {
  if (url.username !== "" || url.password !== "") {
    const message = `${attempt}: it has a name or a password in it; put them into "headers", as Authorization`;
    throw new SluiceError("InvalidConfig", message, { key: "url" });
  }
  assertNet(attempt, `${url.hostname}:${url.port || (url.protocol === "https:" ? 443 : 80)}`);
  const late = new NetworkFault(
    attempt,
    `no answer has come within ${timeoutSeconds} s; look after the server, or raise "timeoutSeconds"`,
    { code: "Timeout" },
  );
  try {
    const request = { headers, redirect: "manual", signal: AbortSignal.any([signal, breaker.signal]) } as const;
    return await within(timeoutSeconds, late, signal, breaker, () => fetch(url, request));
  } catch (error) {
    throw networkFault(attempt, error);
  }
}

/**
 * Does something that is broken off, and fails with `late`, unless it is done in time. It fails by itself: `fetch` misses
 * an abort once Deno has collected the signal that it makes of its own.
 */
async function within<T>(
  seconds: number,
  late: NetworkFault,
  signal: AbortSignal,
  breaker: AbortController,
  action: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const { promise: broken, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop);
  const timer = setTimeout(() => {
    reject(late);
    breaker.abort(late);
  }, seconds * 1000);
  try {
    return await Promise.race([action(), broken]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

function redirected(from: URL, location: string, attempt: string): URL {
  const to = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (to !== undefined && /^https?:$/.test(to.protocol)) return to;
  throw new NetworkFault(
    attempt,
    `it sends on to ${JSON.stringify(location.split("?")[0])}, wanted an address of http`,
    {
      isLasting: true,
    },
  );
}

/** The first byte of an answer that is a part. */
function startOf(answer: Response): number | undefined {
  const match = /^bytes (\d+)-/.exec(answer.headers.get("content-range") ?? "");
  return match === null ? undefined : Number(match[1]);
}
