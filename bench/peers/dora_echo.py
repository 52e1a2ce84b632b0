"""Hands each block on."""

from dora import Node

node = Node()
for event in node:
    if event["type"] == "INPUT":
        node.send_output("block", event["value"])
