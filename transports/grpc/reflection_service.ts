/**
 * `grpc.reflection.v1.ServerReflection`: tools such as grpcurl ask it which services there are, and how their messages
 * look.
 *
 * @module
 */
import { type DescFile, type DescService, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, type ServiceImpl } from "@connectrpc/connect";
import type { ServerReflection, ServerReflectionRequest } from "./reflection.gen.ts";

/** Makes the service. @param services those that it tells of */
export function reflectionService(services: readonly DescService[]): ServiceImpl<typeof ServerReflection> {
  const files = new Map<string, DescFile>();
  for (const { file } of services) addFile(files, file);
  return {
    async *serverReflectionInfo(requests) {
      for await (const request of requests) {
        yield { validHost: request.host, originalRequest: request, messageResponse: answer(request, services, files) };
      }
    },
  };
}

function answer(
  { messageRequest: asked }: ServerReflectionRequest,
  services: readonly DescService[],
  files: ReadonlyMap<string, DescFile>,
) {
  if (asked.case === "listServices") {
    const service = services.map(({ typeName }) => ({ name: typeName }));
    return { case: "listServicesResponse" as const, value: { service } };
  }
  const file = asked.case === "fileByFilename"
    ? files.get(asked.value)
    : asked.case === "fileContainingSymbol"
    ? [...files.values()].find((each) => hasSymbol(each, asked.value))
    : undefined;
  if (file === undefined) {
    const value = { errorCode: Code.NotFound, errorMessage: "there is no such file or symbol" };
    return { case: "errorResponse" as const, value };
  }
  const needed = new Map<string, DescFile>();
  addFile(needed, file);
  const fileDescriptorProto = [...needed.values()].map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: "fileDescriptorResponse" as const, value: { fileDescriptorProto } };
}

/** Adds a file and those that it imports, by the names that they import each other by. */
function addFile(files: Map<string, DescFile>, file: DescFile): void {
  if (files.has(file.proto.name)) return;
  files.set(file.proto.name, file);
  for (const each of file.dependencies) addFile(files, each);
}

function hasSymbol({ services, messages, enums }: DescFile, symbol: string): boolean {
  const isOrHolds = ({ typeName }: { readonly typeName: string }) =>
    symbol === typeName || symbol.startsWith(`${typeName}.`);
  return services.some(isOrHolds) || messages.some(isOrHolds) || enums.some(isOrHolds);
}
