/**
 * The figures of a router and its server in the text format of Prometheus (version 0.0.4).
 *
 * @module
 */
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
  const metrics: readonly [name: string, type: "counter" | "gauge", help: string, value: Values][] = [
    ["sessions_open", "gauge", "Sessions that are open.", router.open],
    ["sessions_started_total", "counter", "Sessions that were started, single calls among them.", router.started],
    ["sessions_ended_total", "counter", "Sessions that ended, by how.", { label: "how", values: router.ended }],
    ["sessions_refused_total", "counter", "Sessions that were refused, by why.", {
      label: "why",
      values: router.refused,
    }],
    ["inputs_total", "counter", "Items that went in.", router.inputs],
    ["outputs_total", "counter", "Items that came out.", router.outputs],
    ["input_bytes_total", "counter", "Bytes that went in.", router.inputBytes],
    ["output_bytes_total", "counter", "Bytes that came out.", router.outputBytes],
    ["http_connections", "gauge", "WebSockets that are open.", http.connections],
    ["http_sessions", "gauge", "Sessions held by requests of their own.", http.sessions],
    ["http_missed_total", "counter", "Items that readers came back for too late.", http.missed],
    ["http_body_bytes", "gauge", "Bytes of the bodies of requests that are held.", http.bodyBytes],
  ];
  return metrics.map(([name, type, help, value]) => {
    const full = `sluice_pipeline_${name}`;
    const samples = typeof value === "number"
      ? [`${full} ${value}`]
      : Object.entries(value.values).map(([each, count]) => `${full}{${value.label}="${each}"} ${count}`);
    return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${samples.join("\n")}\n`;
  }).join("");
}

/** One number, or one for each value of a label. */
type Values = number | { readonly label: string; readonly values: { readonly [value: string]: number } };
