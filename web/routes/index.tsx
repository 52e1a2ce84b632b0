/** @module The one page: a bar, the chosen view, and what lies over it. */
import type { JSX } from "preact";
import { Help } from "../islands/help.tsx";
import { LogView } from "../islands/log_view.tsx";
import { Notices } from "../islands/notices.tsx";
import { TableView } from "../islands/table_view.tsx";
import { TopBar } from "../islands/top_bar.tsx";
import { view } from "../state/place.ts";

/** See the module. */
export default function Index(): JSX.Element {
  return (
    <>
      <TopBar />
      <main class="main">
        {view.value === "log" ? <LogView /> : <TableView />}
      </main>
      <Notices />
      <Help />
    </>
  );
}
