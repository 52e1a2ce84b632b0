/** @module The links of the output that a link comes from, where there are several: they all carry the same. */
import type { JSX } from "preact";
import type { LinkInfo } from "../../../../control/schemas/graph.ts";
import { graph } from "../../../state/live.ts";
import { selectLink } from "../../../state/place.ts";
import { linksOfPort } from "../../../state/ports.ts";

export function PortLinks({ link: { id, fromNode, fromPort } }: { readonly link: LinkInfo }): JSX.Element | null {
  const links = linksOfPort({ node: fromNode, name: fromPort, side: "out" });
  if (links.length < 2) return null;
  const title = `${fromNode}.${fromPort} leads to`;
  return (
    <div class="port-links">
      <p class="soft">
        <bdi>{title}</bdi>
      </p>
      <ul class="link-list" aria-label={title}>
        {links.map((k) => {
          const each = graph.value!.links[k];
          return (
            <li key={each.id}>
              <button
                type="button"
                class="row-button"
                aria-current={each.id === id ? "true" : undefined}
                onClick={() => selectLink(k)}
              >
                <span class="clip grow">
                  <bdi>{each.toNode}.{each.toPort}</bdi>
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
