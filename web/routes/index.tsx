/** @module The one page: a bar, the overview, the chosen view, and what lies over it. */
import type { JSX } from "preact";
import { Confirmation } from "../islands/confirmation.tsx";
import { GraphView } from "../islands/graph_view.tsx";
import { Help } from "../islands/help.tsx";
import { Inspector } from "../islands/inspector/inspector.tsx";
import { LogView } from "../islands/log_view.tsx";
import { Notices } from "../islands/notices.tsx";
import { Overview } from "../islands/overview.tsx";
import { SessionsView } from "../islands/sessions_view.tsx";
import { TableView } from "../islands/table_view.tsx";
import { TopBar } from "../islands/top_bar.tsx";
import type { View } from "../model/place.ts";
import { isCurrent } from "../state/live.ts";
import { view } from "../state/place.ts";

const VIEWS: Readonly<Record<View, () => JSX.Element>> = {
  graph: () => <GraphView />,
  table: () => <TableView />,
  log: () => <LogView />,
  sessions: () => <SessionsView />,
};

export default function Index(): JSX.Element {
  return (
    <>
      <TopBar />
      <Overview />
      <main class={isCurrent.value ? "main" : "main stale"}>
        {VIEWS[view.value]()}
        <Inspector />
      </main>
      <Notices />
      <Help />
      <Confirmation />
    </>
  );
}
