"""Sends a mono WAV file of 16 bits through a graph of a server, and writes the 32-bit floats that come out."""
import array
import sys
import wave

import grpc
from sluice.v1 import pipeline_pb2 as pb

BLOCK = 960


def requests(graph, path):
    yield pb.StreamPipelineRequest(graph=pb.Graph(name=graph))
    with wave.open(path) as file:
        while data := file.readframes(BLOCK):
            samples = array.array("f", (each / 32768 for each in array.array("h", data)))
            audio = pb.Audio(sample_rate_hz=file.getframerate(), channels=[samples.tobytes()])
            yield pb.StreamPipelineRequest(item=pb.Item(port="voice", audio=audio))


address, graph, source, target = sys.argv[1:]
with grpc.insecure_channel(address) as channel, open(target, "wb") as out:
    stream = channel.stream_stream(
        "/sluice.v1.PipelineService/StreamPipeline",
        request_serializer=pb.StreamPipelineRequest.SerializeToString,
        response_deserializer=pb.StreamPipelineResponse.FromString,
    )
    for response in stream(requests(graph, source)):
        if response.HasField("refused"):
            sys.exit(response.refused.message)
        if response.HasField("item"):
            out.write(response.item.audio.channels[0])
