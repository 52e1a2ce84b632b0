/**
 * The figures of a router and its server in the text format of Prometheus (version 0.0.4).
 *
 * @module
 */
import { renderRouterMetrics } from "../../control/answers/router_metrics.ts";
import type { RouterFigures } from "../../core/pipeline/router_options.ts";

/** The media type of the text. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** What the server knows beside the router. */
export interface HttpFigures {
  /** WebSockets that are open. */
  readonly connections: number;
  /** Sessions that are held by requests of their own. */
  readonly sessions: number;
  /** Items that readers came back for too late. */
  readonly missed: number;
  /** Bytes of the bodies that are held. */
  readonly bodyBytes: number;
}

/** Writes the figures. */
export function renderPipelineMetrics(router: RouterFigures, http: HttpFigures): string {
  return renderRouterMetrics(router, [
    ["http_connections", "gauge", "WebSockets that are open.", http.connections],
    ["http_sessions", "gauge", "Sessions held by requests of their own.", http.sessions],
    ["http_missed_total", "counter", "Items that readers came back for too late.", http.missed],
    ["http_body_bytes", "gauge", "Bytes of the bodies of requests that are held.", http.bodyBytes],
  ]);
}
