/**
 * The runtimes of sessions in this process: a router finds them without loading the code that runs graphs.
 *
 * @module
 */
import type { Runtime } from "../runtime.ts";
import type { StreamSession } from "./transport.ts";

const RUNTIMES = new WeakMap<StreamSession, Runtime>();

/** Notes the runtime of a session. */
export function noteRuntime(session: StreamSession, runtime: Runtime): void {
  RUNTIMES.set(session, runtime);
}

/** Returns the runtime of a session in this process; `undefined` for any other. */
export function runtimeOf(session: StreamSession): Runtime | undefined {
  return RUNTIMES.get(session);
}
