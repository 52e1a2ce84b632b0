/**
 * The `.proto` files, what is generated from each, and their hashes, by which a test finds generated code stale.
 *
 * @module
 */
import { ROOT } from "./root.ts";

/** Paths: `proto` below the folder of that name, `generated` below the checkout. */
export const PROTO_FILES = [
  { proto: "sluice/v1/pipeline.proto", generated: "transports/grpc/pipeline.gen.ts" },
  { proto: "grpc/health/v1/health.proto", generated: "transports/grpc/health.gen.ts" },
  { proto: "grpc/reflection/v1/reflection.proto", generated: "transports/grpc/reflection.gen.ts" },
] as const;

/** A hash of a `.proto` file, in hexadecimal digits. */
export async function protoHash(proto: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(`${ROOT}proto/${proto}`));
  return new Uint8Array(digest).toHex().slice(0, 16);
}
