/**
 * Decides about a call before any of its messages is read: who calls, and whether there is room.
 *
 * @module
 */
import { createContextKey, type HandlerContext } from "@connectrpc/connect";
import { bearerOf } from "../../control/server/access.ts";
import { SluiceError } from "../../core/errors.ts";
import type { Callers } from "../callers.ts";
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

/** Makes the gate. It throws the status of a call that is turned away. */
export function makeGate(callers: Callers, { executes: most }: Pick<Required<GrpcLimits>, "executes">) {
  let executes = 0;
  return async ({ service, method, values, requestHeader, signal }: HandlerContext): Promise<void> => {
    if (service.typeName === Health.typeName) return;
    const { peer, opened } = values.get(ARRIVED_CALL);
    const token = bearerOf(requestHeader);
    const credentials = { transport: "grpc", ...peer, ...(token !== undefined && { token }) };
    try {
      callers.check(credentials);
      if (service.typeName !== PipelineService.typeName) return;
      if (method === PipelineService.method.executePipeline) {
        if (executes >= most) throw tooMany(most);
        executes++;
        signal.addEventListener("abort", () => executes--, { once: true });
      }
      values.set(PIPELINE_CALL, { access: await callers.enter(credentials), opened });
    } catch (error) {
      throw toStatus(error);
    }
  };
}

function tooMany(executes: number): SluiceError {
  const message = `Cannot execute a graph: ${executes} calls are being executed, the most; try again later`;
  return new SluiceError("LimitExceeded", message, { key: "executes" });
}
