/**
 * The sessions of a router as the page and scripts see them. Their ids stay with their callers: here they have numbers.
 *
 * @module
 */
import type { SessionFigures } from "../../core/pipeline/router_options.ts";
import type { SessionRouter } from "../../core/pipeline/session_router.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import { readLinkCounters, sumLosses } from "../../core/stats.ts";
import type { SessionList } from "../schemas/sessions.ts";

/** The sessions now; without a router none. */
export function listSessions(router: SessionRouter | undefined): SessionList {
  if (router === undefined) return { served: false, sessions: [] };
  const { open, started, ended, refused } = router.figures();
  const sessions = router.sessions().map(({ sessionId: _, ...figures }) => ({
    ...figures,
    ...ofGraph(router, figures),
  }));
  return { served: true, sessions, counts: { open, started, ended, refused } };
}

/** The state of its graph, and the frames that its links have lost. */
function ofGraph(
  router: SessionRouter,
  { number }: Pick<SessionFigures, "number">,
): Pick<SessionList["sessions"][number], "state" | "dropped"> {
  const runtime = router.runtimeOf(number);
  if (runtime === undefined) return {};
  const { session, links } = viewRuntime(runtime);
  if (session === undefined) return { state: "building", dropped: 0 };
  let dropped = 0;
  for (const { index, policy } of links) dropped += sumLosses(policy, readLinkCounters(session.page, index, 0));
  return { state: session.state, dropped };
}
