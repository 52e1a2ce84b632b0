/**
 * Lint rule `sluice/no-wall-clock`: the runtime and the processors take the time from the runtime's clock
 * (`context.nowNs()`, `driver.nowNs()`), so that tests can inject one and all lanes agree. Nothing in `core/` or
 * `processors/` may ask the system instead. The portable driver is where that clock is made.
 *
 * @module
 */
import { ROOT } from "../root.ts";

/** Folders that the rule is for. */
const FOLDERS: readonly string[] = ["core/", "processors/"];

/** Files in them that may read the system's clock: it is made there, or a log line or a playlist carries the time of day. */
const ALLOWED: ReadonlySet<string> = new Set(["core/driver/portable.ts", "core/log.ts", "processors/live/hls_sink.ts"]);

/** Members that read the system's clock, by the object they are members of. */
const CLOCKS: Readonly<Record<string, readonly string[]>> = {
  performance: ["now", "timeOrigin"],
  process: ["hrtime", "uptime"],
  Temporal: ["Now"],
};

/** Members of `Date` that only convert. */
const CONVERSIONS: ReadonlySet<string> = new Set(["UTC", "parse", "prototype"]);

/** The plugin that `deno lint` loads. */
const plugin: Deno.lint.Plugin = {
  name: "sluice",
  rules: {
    "no-wall-clock": {
      create(context): Deno.lint.LintVisitor {
        if (!concerns(context.filename)) return {};
        const report = (node: Deno.lint.Node, what: string) =>
          context.report({
            node,
            message: `${what} reads the system's clock`,
            hint: "Take the time from `context.nowNs()` or from the driver's `nowNs()`",
          });
        return {
          Identifier(node): void {
            if (node.name === "Date" && readsClock(node)) report(node, "Date");
          },
          MemberExpression(node): void {
            const object = node.object.type === "MemberExpression" ? node.object.property : node.object;
            if (object.type !== "Identifier" || !Object.hasOwn(CLOCKS, object.name)) return;
            const name = memberName(node.property, node.computed);
            if (name !== undefined && CLOCKS[object.name].includes(name)) report(node, `${object.name}.${name}`);
          },
        };
      },
    },
  },
};

export default plugin;

function concerns(filename: string): boolean {
  const slashes = filename.replaceAll("\\", "/");
  const root = ROOT.replaceAll("\\", "/");
  const path = slashes.startsWith(root) ? slashes.slice(root.length) : slashes;
  return FOLDERS.some((folder) => path.startsWith(folder)) && !ALLOWED.has(path);
}

/** Whether `Date` can give the present time, rather than be a type, a key, or a conversion of a time that is given. */
function readsClock(node: Deno.lint.Identifier): boolean {
  const parent = node.parent;
  switch (parent.type) {
    case "TSTypeReference":
    case "TSQualifiedName":
      return false;
    case "NewExpression":
      return parent.callee !== node || parent.arguments.length === 0;
    case "MemberExpression":
      if (parent.object === node && CONVERSIONS.has(memberName(parent.property, parent.computed) ?? "")) return false;
      return parent.object === node || parent.computed ||
        (parent.object.type === "Identifier" && parent.object.name === "globalThis");
    case "Property":
    case "PropertyDefinition":
    case "MethodDefinition":
    case "TSPropertySignature":
      return parent.key !== node || parent.computed;
    default:
      return true;
  }
}

function memberName(property: Deno.lint.Node, computed: boolean): string | undefined {
  if (property.type === "Identifier" && !computed) return property.name;
  if (property.type === "Literal" && typeof property.value === "string") return property.value;
  return undefined;
}
