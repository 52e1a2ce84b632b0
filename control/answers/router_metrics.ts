/**
 * The figures of a session router in the text format of Prometheus (version 0.0.4).
 *
 * @module
 */
import type { RouterFigures } from "../../core/pipeline/router_options.ts";

/** One metric: its name behind `sluice_pipeline_`. */
export type PipelineMetric = readonly [name: string, type: "counter" | "gauge", help: string, value: Values];

/** One number, or one for each value of a label. */
type Values = number | { readonly label: string; readonly values: { readonly [value: string]: number } };

/** Writes the figures of a router. @param more further ones of its server */
export function renderRouterMetrics(router: RouterFigures, more: readonly PipelineMetric[] = []): string {
  const metrics: readonly PipelineMetric[] = [
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
    ...more,
  ];
  return metrics.map(([name, type, help, value]) => {
    const full = `sluice_pipeline_${name}`;
    const samples = typeof value === "number"
      ? [`${full} ${value}`]
      : Object.entries(value.values).map(([each, count]) => `${full}{${value.label}="${each}"} ${count}`);
    return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${samples.join("\n")}\n`;
  }).join("");
}
