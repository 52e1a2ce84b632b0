/**
 * The grammar of the commands that offer graphs to others, and that call them.
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { envVar, message, metavar, optionName } from "@optique/core/message";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, command, constant, option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { SERVE_PATTERN } from "./output/serve_address.ts";
import { path } from "./path_argument.ts";
import { editing, json, packages, plugins } from "./shared_options.ts";

/** `sluice serve`. */
export interface ServeArgs {
  readonly command: "serve";
  /** The graph file that runs. */
  readonly graph?: string;
  /** A folder of graph files, or one graph file, that are offered. */
  readonly pipelines?: string;
  /** Path of the policy by which graphs of clients are admitted. */
  readonly allowGraphs?: string;
  /** Where to serve the page, as `readServeAddress()` reads it; absent: on a free port of this machine. */
  readonly page?: string;
  /** Where to serve HTTP, as `readServeAddress()` reads it; by default on 8080 unless gRPC is served. */
  readonly http?: string;
  /** Where to serve gRPC. */
  readonly grpc?: string;
  /** Path of the certificate to serve clients over TLS. */
  readonly tlsCert?: string;
  /** Path of its key. */
  readonly tlsKey?: string;
  /** Path of the certificates that must have signed those of clients. */
  readonly tlsClientCa?: string;
  readonly maxSessions?: number;
  /** Path of a file with the token. */
  readonly tokenFile?: string;
  /** The origins whose pages may call pipelines, and send and play media. */
  readonly origins: readonly string[];
  /** Names by which HTTP is answered, beside those of this machine. */
  readonly allowHosts: readonly string[];
  /** Path of the journal of the graph's command log. */
  readonly journal?: string;
  /** Folders in which commands may have files read and written. */
  readonly roots: readonly string[];
  /** True if no command may change the graph. */
  readonly lock: boolean;
  /** True if commands may add nodes that run programs. */
  readonly allowPrograms: boolean;
  /** Plugins whose stages commands may add. */
  readonly allowPlugins: readonly string[];
  /** True for a program that starts the command and owns the graph. */
  readonly owned: boolean;
  readonly json: boolean;
  readonly packages: readonly string[];
  readonly plugins: readonly string[];
}

/** `sluice call`. */
export interface CallArgs {
  readonly command: "call";
  readonly url: string;
  /** Name of a graph of the server, or path of a graph file that is sent along. */
  readonly graph: string;
  /** Each `FILE` or `PORT=FILE`. */
  readonly inputs: readonly string[];
  /** Each `FILE` or `PORT=FILE`. */
  readonly outputs: readonly string[];
  readonly tokenFile?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** What a command line asks of pipelines. */
export type PipelineArgs = ServeArgs | CallArgs;

const tokenFile = optional(option("--token-file", path({ metavar: "FILE" }), {
  description: message`Take the token from this file; by default from ${envVar("SLUICE_TOKEN")}.`,
}));

const address = string({
  metavar: "[HOST:]PORT",
  pattern: SERVE_PATTERN,
  errors: {
    patternMismatch: (text) =>
      message`Cannot serve on ${text}: wanted a port such as ${"8080"}, or an address with one such as ${"0.0.0.0:8080"}.`,
  },
});

const serve = command(
  "serve",
  object({
    command: constant("serve"),
    graph: optional(argument(path({ metavar: "GRAPH" }), {
      description: message`A graph file that runs. When it has ended, its page stays. Without one, and without ${
        optionName("--pipelines")
      }, clients build a graph from nothing.`,
    })),
    pipelines: optional(option("--pipelines", path({ metavar: "FOLDER" }), {
      description:
        message`Offer the graph files in this folder, or one graph file, by their names without ${".json"}. Each client's session runs one with a runtime of its own: its exposed inputs and outputs are the session's ports.`,
    })),
    allowGraphs: optional(option("--allow-graphs", path({ metavar: "FILE" }), {
      description:
        message`Run graphs that clients bring along, too, if this file allows what they name: ${'{"nodes": ["gain"], "roots": ["media"]}'}. What it does not name is refused.`,
    })),
    page: optional(option("--page", address, {
      description:
        message`Serve the page of what runs on this port, for this machine only unless HOST is given, which needs a token; by default on a free port.`,
    })),
    http: optional(option("--http", address, {
      description:
        message`Serve HTTP and WebSocket on this port, by default 8080, for this machine only unless HOST is given, which needs a token: one is made and printed where none is given.`,
    })),
    grpc: optional(option("--grpc", address, {
      description: message`Serve gRPC on this port, likewise. Without ${
        optionName("--http")
      }, HTTP is not served then.`,
    })),
    tlsCert: optional(option("--tls-cert", path({ metavar: "FILE" }), {
      description: message`Serve HTTP and gRPC over TLS with this certificate, a PEM file.`,
    })),
    tlsKey: optional(option("--tls-key", path({ metavar: "FILE" }), {
      description: message`The key of the certificate, a PEM file.`,
    })),
    tlsClientCa: optional(option("--tls-client-ca", path({ metavar: "FILE" }), {
      description:
        message`Let in over gRPC only who shows a certificate that one of this PEM file has signed. No token is made then.`,
    })),
    maxSessions: optional(option("--max-sessions", integer({ metavar: "N", min: 1, max: 100_000 }), {
      description: message`The most sessions at once; by default 64.`,
    })),
    tokenFile,
    origins: multiple(option("--origin", string({ metavar: "ORIGIN" }), {
      description:
        message`Let pages of this origin call pipelines, and send and play media by WHIP, WHEP and HLS, such as ${"https://app.example"}. May be given several times.`,
    })),
    allowHosts: multiple(option("--allow-host", string({ metavar: "NAME" }), {
      description:
        message`Answer to this name over HTTP too, such as ${"media.example"}, or that of a proxy. May be given several times.`,
    })),
    journal: optional(option("--journal", path({ metavar: "FILE" }), {
      description:
        message`Keep each change of the graph in this file. If it exists, its changes are made again before the graph starts.`,
    })),
    ...editing,
    owned: option("--owned", {
      description:
        message`For a program that starts this command, whose graph it is: the graph starts when the program says so, clients may name whatever a script may and run any graph, ports are free ones unless given, and the command ends when standard input is closed. The token is that of ${
          envVar("SLUICE_TOKEN")
        }.`,
    }),
    json,
    packages,
    plugins,
  }),
  {
    brief: message`Keep a graph running, or offer graphs to clients.`,
    description:
      message`Runs a graph, offers those of a folder to clients, or both, until Ctrl-C, with the page of it.`,
    footer: message`Exit codes: 0 stopped, 2 bad input, 129 after SIGHUP, 130 after Ctrl-C, 143 after SIGTERM.`,
  },
);

const call = command(
  "call",
  object({
    command: constant("call"),
    url: argument(string({ metavar: "URL" }), {
      description:
        message`The address that ${"sluice serve"} has printed: of HTTP, or of gRPC, which begins with ${"grpc:"}.`,
    }),
    graph: argument(string({ metavar: "GRAPH" }), {
      description: message`A graph that the server offers, by its name; or a graph file, which the server may refuse.`,
    }),
    inputs: multiple(option("--input", string({ metavar: "[PORT=]FILE" }), {
      description:
        message`Send this file: sound of a ${".wav"}, values of a ${".jsonl"} (one a line). PORT may be left out where the graph has one input.`,
    })),
    outputs: multiple(option("--output", string({ metavar: "[PORT=]FILE" }), {
      description:
        message`Write what comes out to this file: sound to a ${".wav"}, values to a ${".jsonl"}. Values without a file go to standard output.`,
    })),
    tokenFile,
    json,
    quiet: option("-q", "--quiet", { description: message`Show no progress.` }),
  }),
  {
    brief: message`Run a graph of a server.`,
    description: message`Sends files to a graph that ${
      optionName("sluice serve")
    } offers, and writes what comes out, as it comes.`,
    footer: message`Exit codes: 0 done, 1 failed, 2 bad input, 130 after Ctrl-C. See also ${
      metavar("docs/transports.md")
    }.`,
  },
);

/** The commands. */
export const pipelineCommands = [serve, call] as const;
