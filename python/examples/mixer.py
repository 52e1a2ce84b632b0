"""
Two tones, mixed and measured: the graph is built by ports, started and stopped.

    python python/examples/mixer.py
"""

from sluice.runtime import Runtime


def main() -> None:
    with Runtime() as runtime:
        left = runtime.add_processor("tone-source", config={"frequencyHz": 440, "channels": 2}, id="left")
        right = runtime.add_processor("tone-source", config={"frequencyHz": 660, "channels": 2}, id="right")
        mixer = runtime.add_processor("mixer", config={"channels": 2, "strategy": "average"})
        meter = runtime.add_processor("level-meter")
        runtime.connect(left.output_port("audio"), mixer.input_port("audioIn_0", frame_type="AudioFrame<2>"))
        runtime.connect(right.output_port("audio"), mixer.input_port("audioIn_1", frame_type="AudioFrame<2>"))
        runtime.connect(mixer.output_port("audioOut"), meter.input_port("audioIn"), policy="lossless")
        for port in mixer.get_input_ports()[:2]:
            print(port)
        with runtime.events("runtime") as events:
            runtime.start()
            runtime.set(left, amplitude=0.25)
            runtime.stop()
            print("ended by", [event["kind"] for event in events_until(events, "ended")])
        print(f"{runtime.stats()['nodes'][0]['ticks']} blocks")


def events_until(events, kind):
    """Gives events up to one of a kind."""
    for event in events:
        yield event
        if event["kind"] == kind:
            return


if __name__ == "__main__":
    main()
