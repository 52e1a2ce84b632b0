/**
 * Decides about a call before any of its messages is read: who calls, and whether there is room.
 *
 * @module
 */
import { Code, type ConnectError, createContextKey, type HandlerContext } from "@connectrpc/connect";
import type { Access } from "../../control/server/access.ts";
import { SluiceError } from "../../core/errors.ts";
import type { CallerAccess } from "../../core/pipeline/router_options.ts";
import type { SessionRouter } from "../../core/pipeline/session_router.ts";
import { codeOf } from "../wire_error.ts";
import type { GrpcLimits } from "./grpc_options.ts";
import { Health } from "./health.gen.ts";
import { PipelineService } from "./pipeline.gen.ts";
import { PIPELINE_CALL } from "./pipeline_service.ts";
import { toStatus } from "./statuses.ts";

/** Who is at the other end of a connection. */
export interface Peer {
  /** Where it calls from. */
  readonly address?: string;
  /** The subject of its certificate, which was checked. */
  readonly certificateSubject?: string;
}

/** What is known of a call before it is handled. */
export interface ArrivedCall {
  readonly peer: Peer;
  /** The first message has come. */
  readonly opened: () => void;
}

/** The call of a handler. */
export const ARRIVED_CALL = createContextKey<ArrivedCall>({ peer: {}, opened: () => {} });

/** What a gate stands on. */
export interface GateParts {
  readonly router: SessionRouter;
  readonly access: Access;
  readonly limits: Required<GrpcLimits>;
  /** Whether a call that shows neither token nor certificate is turned away, whatever the router says. */
  readonly wantsCredentials: boolean;
}

/** Makes the gate. It throws the status of a call that is turned away. */
export function makeGate({ router, access, limits, wantsCredentials }: GateParts) {
  let executes = 0;
  return async (context: HandlerContext): Promise<void> => {
    if (context.service.typeName === Health.typeName) return;
    const { peer, opened } = context.values.get(ARRIVED_CALL);
    const token = /^Bearer (.+)$/i.exec(context.requestHeader.get("authorization") ?? "")?.[1];
    if (access.wantsToken && !(token !== undefined && access.isToken(token))) throw unknownCaller();
    if (wantsCredentials && token === undefined && peer.certificateSubject === undefined) throw unknownCaller();
    if (context.service.typeName !== PipelineService.typeName) return;
    if (context.method === PipelineService.method.executePipeline) {
      if (executes >= limits.executes) throw toStatus(tooMany(limits.executes));
      executes++;
      context.signal.addEventListener("abort", () => executes--, { once: true });
    }
    let caller: CallerAccess;
    try {
      caller = await router.authenticate({ transport: "grpc", ...peer, ...(token !== undefined && { token }) });
    } catch (error) {
      throw toStatus(error, codeOf(error) === "AccessDenied" ? Code.Unauthenticated : undefined);
    }
    context.values.set(PIPELINE_CALL, { access: caller, opened });
  };
}

function unknownCaller(): ConnectError {
  return toStatus(new SluiceError("AccessDenied", "Cannot answer: a token is wanted"), Code.Unauthenticated);
}

function tooMany(executes: number): SluiceError {
  const message = `Cannot execute a graph: ${executes} calls are being executed, the most; try again later`;
  return new SluiceError("LimitExceeded", message, { key: "executes" });
}
