/**
 * The servers of `sluice serve`: HTTP, gRPC or both, over one router.
 *
 * @module
 */
import { isLoopback } from "../../control/server/access.ts";
import { SluiceError } from "../../core/errors.ts";
import type { SessionRouter } from "../../core/pipeline/session_router.ts";
import { tokenFor } from "../../transports/callers.ts";
import type { GrpcTls, ServeOptions } from "../../transports/grpc/mod.ts";
import { serveHttp } from "../../transports/http/mod.ts";
import { namesOfThisMachine } from "./serve_command.ts";
import { readServeAddress } from "../output/serve_address.ts";
import type { ServeArgs } from "../pipeline_args.ts";

/** What is served. */
export interface PipelineServers extends AsyncDisposable {
  /** Address of the server of HTTP. */
  readonly http?: string;
  /** Address of the server of gRPC. */
  readonly grpc?: string;
  /** The token that was made because none was given. */
  readonly madeToken?: string;
}

/**
 * Opens the servers that a command line asks for: that of HTTP if it names none.
 *
 * @param given the token of `--token-file`
 * @throws {SluiceError} `InvalidConfig` for an address that is taken or none, and for certificates that cannot be used
 */
export async function openServers(
  router: SessionRouter,
  args: ServeArgs,
  given: string | undefined,
): Promise<PipelineServers> {
  const { grpc } = args;
  const http = args.http ?? (grpc === undefined ? "8080" : undefined);
  const tls = await readTls(args);
  if (tls?.clientCa !== undefined && http !== undefined) {
    const message = "Cannot ask clients for certificates over HTTP, which only gRPC does: serve --grpc without --http";
    throw new SluiceError("InvalidConfig", message, { key: "--tls-client-ca" });
  }
  const addresses = [http, grpc].filter((address) => address !== undefined).map(readServeAddress);
  // One for both.
  const made = addresses.map(({ hostname }) =>
    tokenFor({ ...(hostname !== undefined && { hostname }), ...(tls !== undefined && { tls }) })
  );
  const madeToken = given === undefined ? made.find((each) => each !== undefined) : undefined;
  const token = given ?? madeToken;
  const open = async <T extends AsyncDisposable>(
    address: string | undefined,
    key: string,
    serve: (options: ServeOptions) => T | Promise<T>,
  ): Promise<T | undefined> => {
    if (address === undefined) return undefined;
    try {
      const options = { ...readServeAddress(address), origins: args.origins, ...(tls !== undefined && { tls }) };
      return await serve({ ...options, ...(token !== undefined && { token }) });
    } catch (error) {
      if (error instanceof SluiceError) throw error;
      const { code, message } = error as { code?: string; message: string };
      const isTaken = error instanceof Deno.errors.AddrInUse || code === "EADDRINUSE";
      const why = isTaken ? "it is taken; choose another port" : message;
      throw new SluiceError("InvalidConfig", `Cannot serve on ${address}: ${why}`, { key });
    }
  };
  await using opened = new AsyncDisposableStack();
  const httpServer = opened.use(
    await open(http, "--http", ({ hostname, ...options }) =>
      serveHttp(router, {
        ...options,
        ...(hostname !== undefined && { hostname }),
        allowedHosts: [
          ...args.allowHosts,
          ...(hostname !== undefined && !isLoopback(hostname) ? namesOfThisMachine() : []),
        ],
      })),
  );
  const grpcServer = opened.use(
    await open(grpc, "--grpc", async (options) => {
      const { serveGrpc } = await import("../../transports/grpc/mod.ts");
      return serveGrpc(router, options);
    }),
  );
  const kept = opened.move();
  return {
    ...(httpServer !== undefined && { http: httpServer.url }),
    ...(grpcServer !== undefined && { grpc: grpcServer.url.replace("http", "grpc") }),
    ...(madeToken !== undefined && { madeToken }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function readTls({ tlsCert, tlsKey, tlsClientCa }: ServeArgs): Promise<GrpcTls | undefined> {
  if (tlsCert === undefined && tlsKey === undefined && tlsClientCa === undefined) return undefined;
  const read = async (path: string | undefined, key: string): Promise<string> => {
    if (path === undefined) {
      throw new SluiceError("InvalidConfig", `Cannot serve over TLS: ${key} is missing`, { key });
    }
    try {
      return await Deno.readTextFile(path);
    } catch (error) {
      throw new SluiceError("InvalidConfig", `Cannot serve over TLS: ${(error as Error).message}`, { key });
    }
  };
  return {
    cert: await read(tlsCert, "--tls-cert"),
    key: await read(tlsKey, "--tls-key"),
    ...(tlsClientCa !== undefined && { clientCa: await read(tlsClientCa, "--tls-client-ca") }),
  };
}
