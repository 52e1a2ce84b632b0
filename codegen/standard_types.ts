/**
 * The node types that every graph can name without listing a package: Sluice's own.
 *
 * @module
 */
import type { NodePackage } from "../core/registry/node_type.ts";
import type { GeneratorConfig } from "./config.ts";
import type { OtherPackageModel } from "./model.ts";

/** The name of Sluice's package, which is what others import it by. */
export const STANDARD_PACKAGE = "@sluice/sluice";

/** Sluice's own package, if `packages` of a `sluice.json` names it, by its name or as `runtime` does. */
export async function namedStandardPackage(config: GeneratorConfig): Promise<OtherPackageModel | undefined> {
  const specifier = config.packages?.find((each) =>
    each === STANDARD_PACKAGE || (each === config.runtime && !isPath(each))
  );
  return specifier === undefined ? undefined : { ...await readStandardPackage(), specifier };
}

/**
 * The packages whose node types the graphs of a package can name without more. Packages that import the runtime by a
 * path are parts of Sluice: Sluice itself, whose own classes are being read, and what its tests use.
 */
export async function standardPackages({ name, runtime }: GeneratorConfig): Promise<OtherPackageModel[]> {
  return name === STANDARD_PACKAGE || isPath(runtime) ? [] : [await readStandardPackage()];
}

async function readStandardPackage(): Promise<OtherPackageModel> {
  const { nodePackage } = await import("../sluice.gen.ts");
  return modelOf(nodePackage);
}

function isPath(specifier: string): boolean {
  return /^\.\.?\//.test(specifier);
}

function modelOf(read: NodePackage): OtherPackageModel {
  const all = [read, ...read.packages ?? []].flatMap(({ nodes }) => nodes);
  return { name: read.name, specifier: STANDARD_PACKAGE, descriptors: all.map(({ descriptor }) => descriptor) };
}
