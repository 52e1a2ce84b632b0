"""Sends blocks one after the other, and waits for each to come back. Prints the median and the 99th percentile in ns."""

import sys
import time

import numpy as np
import pyarrow as pa
from dora import Node

COUNT, WARMUP, SAMPLES = 2_000, 500, 960


def main() -> None:
    node = Node()
    block = np.zeros(2 * SAMPLES, dtype=np.float32)
    taken = []
    for k in range(COUNT + WARMUP):
        block[0] = k
        since = time.perf_counter_ns()
        node.send_output("block", pa.array(block))
        while True:
            event = node.next()
            if event["type"] == "INPUT":
                break
        if event["value"].to_numpy()[0] != k:
            sys.exit(f"block {k} came back as {event['value'][0]}")
        if k >= WARMUP:
            taken.append(time.perf_counter_ns() - since)
    taken.sort()
    print(f"ROUND {taken[COUNT // 2]} {taken[COUNT * 99 // 100]}", flush=True)


main()
