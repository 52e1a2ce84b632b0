"""Nodes are found in files, folders and modules, and described as the runtime reads them."""

import enum
import json
import os
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path

import pytest

from sluice import AudioFrame, ConfigError, Input, Node, config, discover_nodes, node, port
from sluice.describe import describe
from sluice.discover import find_node

GAIN = """
    from __future__ import annotations
    from dataclasses import dataclass, field
    from typing import Any, ClassVar, Literal
    from sluice import AudioFrame, DataFrame, Input, Output, PacketFrame, VideoFrame, command, config, node, port

    @dataclass
    class Band:
        low_hz: float
        high_hz: float = 100.0
        tags: list[str] = field(default_factory=list)

    @node(name="com.example.gain", category="audio", tags=("loud",), version="2.1.0")
    class Gain:
        '''Makes audio louder.

        Or quieter.
        '''

        audio_in: Input[AudioFrame]
        'The audio.'
        words: Input[DataFrame["Word"]] = port(optional=True)
        video: Input[VideoFrame] = port(formats=("rgba8", "nv12"), description="Pictures.")
        audio: Output[AudioFrame] = port(burst=4)
        any: Output[DataFrame[Any]]
        numbers: Output[DataFrame[float]]
        packets: Output[PacketFrame]
        #: How loud it is
        #: to be.
        gain_db: float = config(0.0, minimum=-60, maximum=24, live=True, unit="dB")
        channels: Input[AudioFrame] = port(accepts={"channels": 2})
        count: int = 3
        is_on: bool = True
        kind: Literal["a", "b"] = "a"
        bands: list[Band] = config([Band(1.0)], max_items=9)
        weights: dict[str, float] = {"a": 1}
        name: str | None = None
        path: str = config(reaches="path")
        figures: ClassVar = ("level",)
        shared: ClassVar[int] = 5
        level = 0.0
        only_declared: object
        _private: int = 3

        def process(self): ...

        @command("Measures the offset.")
        def calibrate(self, seconds: float = 1.0) -> dict: ...
"""


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        for name, text in files.items():
            path = tmp_path / f"{name.replace('__', '/', 1)}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(textwrap.dedent(text))
        return tmp_path

    before, modules = list(sys.path), set(sys.modules)
    yield write
    sys.path[:] = before
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def small(name="small", body=""):
    return f"""
    from sluice import AudioFrame, Input, node
    {body}
    @node("{name}")
    class Small:
        audio: Input[AudioFrame]
        def process(self): ...
    """


def test_whole_description(folder):
    path = folder(gain=GAIN) / "gain.py"
    said = describe(str(path))
    assert (said["version"], said["failed"], said["files"]) == (1, [], [str(path)])
    (stage,) = said["stages"]
    schema = json.loads(stage.pop("config"))
    assert [(each["name"], each["kind"]) for each in stage.pop("inputs")] == [
        ("audio_in", 1),
        ("words", 5),
        ("video", 2),
        ("channels", 1),
    ]
    outputs = stage.pop("outputs")
    assert [(each["name"], each["schema"], each["burst"]) for each in outputs] == [
        ("audio", None, 4),
        ("any", None, 1),
        ("numbers", "number", 1),
        ("packets", None, 1),
    ]
    assert stage == {
        "id": "com.example.gain",
        "name": "Gain",
        "version": "2.1.0",
        "doc": "Makes audio louder.\n\nOr quieter.",
        "category": "audio",
        "tags": ["loud"],
        "mode": "push",
        "figures": ["level"],
    }
    assert schema["required"] == ["path"]
    assert schema["x-commands"] == {"calibrate": "Measures the offset."}
    assert schema["x-accepts"] == {"channels": {"channels": 2}}
    assert schema["properties"] == {
        "gain_db": {
            "type": "number",
            "minimum": -60,
            "maximum": 24,
            "x-unit": "dB",
            "description": "How loud it is to be.",
            "default": 0.0,
            "x-live": True,
        },
        "count": {"type": "integer", "default": 3},
        "is_on": {"type": "boolean", "default": True},
        "kind": {"type": "string", "enum": ["a", "b"], "default": "a"},
        "bands": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "low_hz": {"type": "number"},
                    "high_hz": {"type": "number", "default": 100.0},
                    "tags": {"type": "array", "items": {"type": "string"}, "default": []},
                },
                "required": ["low_hz"],
                "additionalProperties": False,
            },
            "maxItems": 9,
            "default": [{"low_hz": 1.0, "high_hz": 100.0, "tags": []}],
        },
        "weights": {"type": "object", "additionalProperties": {"type": "number"}, "default": {"a": 1}},
        "name": {"type": "string"},
        "path": {"type": "string", "x-reaches": "path"},
    }


def test_ports_of_description(folder):
    (stage,) = describe(str(folder(gain=GAIN) / "gain.py"))["stages"]
    assert stage["inputs"][:3] == [
        {
            "name": "audio_in",
            "doc": "The audio.",
            "schema": None,
            "formats": [],
            "kind": 1,
            "optional": False,
            "burst": 1,
        },
        {"name": "words", "doc": "", "schema": "Word", "formats": [], "kind": 5, "optional": True, "burst": 1},
        {
            "name": "video",
            "doc": "Pictures.",
            "schema": None,
            "formats": [16, 18],
            "kind": 2,
            "optional": False,
            "burst": 1,
        },
    ]


def test_class_has_the_defaults_of_its_configuration(folder):
    folder(gain=GAIN)
    (made,) = discover_nodes(folder() / "gain.py")
    assert (made.gain_db, made.count, made.name, made().kind) == (0.0, 3, None, "a")


def test_class_that_extends_another():
    @node("com.example.base")
    class Base(Node):
        audio: Input[AudioFrame] = port(optional=True)
        gain: float = config(1.0, maximum=4)
        other: int = 1

        def process(self): ...

    @node("com.example.derived")
    class Derived(Base):
        other: int = config(2, minimum=1)
        more: bool = False

    spec = Derived.__sluice_node__
    assert [(each.name, each.options.optional) for each in spec.inputs] == [("audio", True)]
    assert [(each.name, each.schema) for each in spec.fields] == [
        ("gain", {"type": "number", "maximum": 4, "default": 1.0}),
        ("other", {"type": "integer", "minimum": 1, "default": 2}),
        ("more", {"type": "boolean", "default": False}),
    ]
    assert [each.name for each in Base.__sluice_node__.fields] == ["gain", "other"]
    assert (Derived.gain, Derived.other, Base.other) == (1.0, 2, 1)


def test_paths_and_enumerations_are_configuration():
    class Colour(enum.Enum):
        RED = "red"
        BLUE = "blue"

    @node()
    class Painter(Node):
        colour: Colour = Colour.BLUE
        model: Path = Path("model.bin")
        maybe: Path | None = None

        def process(self): ...

    colour, model, maybe = Painter.__sluice_node__.fields
    assert colour.schema == {"type": "string", "enum": ["red", "blue"], "default": "blue"}
    assert colour.is_text and colour.read("red") is Colour.RED
    assert model.schema == {"type": "string", "x-reaches": "path", "default": "model.bin"}
    assert model.read("x.bin") == Path("x.bin")
    assert maybe.own_default() is None


@pytest.mark.parametrize(
    ("name", "identity", "shown"),
    [
        ("hum filter", "python.hum-filter", "Hum filter"),
        ("HumFilter", "python.hum-filter", "Hum filter"),
        ("", "python.small", "Small"),
        ("org.x.hum-filter2", "org.x.hum-filter2", "Hum filter2"),
    ],
)
def test_name_becomes_an_id(folder, name, identity, shown):
    (stage,) = describe(str(folder(one=small(name)) / "one.py"))["stages"]
    assert (stage["id"], stage["name"], stage["config"]) == (identity, shown, None)


def test_module_that_fails_is_told_and_others_are_described(folder):
    at = folder(
        a_good=small("a"),
        bad="import not_there_at_all",
        worse="x = (\n",
        wrong="from sluice import node\n@node()\nclass NoProcess: ...\n",
        ends="import sys\nsys.exit('no device')\n",
        z_good=small("z"),
        _hidden=small("hidden"),
        test_it=small("test"),
    )
    said = describe(str(at))
    assert [each["id"] for each in said["stages"]] == ["python.a", "python.z"]
    # Up to Python 3.10 a decorator is at the line of its class.
    errors = [each["error"].replace("wrong.py:3", "wrong.py:2") for each in said["failed"]]
    assert list(zip([Path(each["file"]).name for each in said["failed"]], errors)) == [
        ("bad.py", "ModuleNotFoundError: No module named 'not_there_at_all' (bad.py:1)"),
        ("ends.py", "SystemExit: no device (ends.py:2)"),
        ("worse.py", "SyntaxError: '(' was never closed (worse.py:1)"),
        ("wrong.py", "ConfigError: Cannot declare NoProcess: it has no method process() (wrong.py:2)"),
    ]
    assert [Path(each).name for each in said["files"]] == [
        "a_good.py",
        "bad.py",
        "ends.py",
        "worse.py",
        "wrong.py",
        "z_good.py",
    ]


def test_names_that_only_type_checkers_import(folder):
    text = """
    from __future__ import annotations
    from typing import TYPE_CHECKING
    from sluice import DataFrame, Input, node
    if TYPE_CHECKING:
        from readings import Reading

    @node()
    class Reader:
        readings: Input[DataFrame[Reading]]
        def process(self): ...
    """
    (stage,) = describe(str(folder(one=text) / "one.py"))["stages"]
    assert stage["inputs"][0]["schema"] == "Reading"


def test_files_are_not_those_of_a_virtual_environment_beside(folder):
    at = folder(one=small("one", "import extra"))
    packages = at / ".venv" / "lib" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "extra.py").write_text("")
    sys.path.append(str(packages))
    assert [Path(each).name for each in describe(str(at / "one.py"))["files"]] == ["one.py"]


def test_files_are_those_that_are_imported_from_beside(folder):
    at = folder(one=small("one", "import helper"), helper="import json")
    assert [Path(each).name for each in describe(str(at / "one.py"))["files"]] == ["helper.py", "one.py"]


def test_file_of_a_name_that_a_library_has(folder):
    at = folder(queue=small("queue"), json=small("json"))
    said = describe(str(at))
    assert [each["id"] for each in said["stages"]] == ["python.json", "python.queue"]
    assert said["failed"] == []


def test_package_and_module_by_name(folder, monkeypatch):
    at = folder(
        pack____init__="from .inner import Small\n",
        pack__inner=small("inner", "from . import other"),
        pack__other="x = 1",
    )
    monkeypatch.syspath_prepend(str(at))
    assert [each["id"] for each in describe("pack")["stages"]] == ["python.inner"]
    assert [each["id"] for each in describe("pack.inner")["stages"]] == ["python.inner"]
    said = describe(str(at / "pack"))
    assert [each["id"] for each in said["stages"]] == ["python.inner"]
    assert [Path(each).name for each in said["files"]] == ["__init__.py", "inner.py", "other.py"]


def test_classes_that_are_named(folder):
    at = folder(one=small("one"), two=small("two").replace("class Small", "class Other"))
    assert [each["id"] for each in describe(str(at), ["Other"])["stages"]] == ["python.two"]
    said = describe(str(at), ["Nobody"])
    assert said["stages"] == []
    assert said["failed"][0]["error"] == 'there is no node class "Nobody"; available: Small, Other'


def test_two_nodes_of_one_name(folder):
    said = describe(str(folder(one=small("same"), two=small("same"))))
    assert len(said["stages"]) == 1
    assert said["failed"][0]["error"] == 'there are two nodes "python.same"; name one of them otherwise'


def test_nothing_at_a_path(tmp_path):
    (failed,) = describe(str(tmp_path / "nothing.py"))["failed"]
    assert "there is no file or folder" in failed["error"]


def test_a_node_is_found_without_importing_what_does_not_mention_it(folder):
    at = folder(a_slow="raise RuntimeError('imported')\n", the_one=small("the-one"), z="")
    assert find_node(str(at), "python.the-one").__name__ == "Small"
    assert "a_slow" not in sys.modules
    with pytest.raises(LookupError, match=r"a_slow\.py: RuntimeError: imported \(a_slow\.py:1\)"):
        find_node(str(at), "python.other")


def test_unknown_node_lists_those_that_are_there(folder):
    with pytest.raises(LookupError, match=r'there is no node "python\.other" in ".*"; available: python\.one'):
        find_node(str(folder(one=small("one"))), "python.other")


def test_discover_nodes_takes_patterns_and_warns(folder):
    at = folder(a_one=small("one"), a_two=small("two"), b_three=small("three"), a_bad="import not_there")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = discover_nodes([at], include_patterns=["a_*.py"], exclude_patterns=["*two*"])
    assert [each.__sluice_node__.id for each in found] == ["python.one"]
    assert ["a_bad.py: ModuleNotFoundError" in str(each.message) for each in said] == [True]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("audio: Input[int]\n    def process(self): ...", r"Small\.audio: it says not which frames it carries"),
        ("audio: AudioFrame\n    def process(self): ...", r"AudioFrame is no port; write Input\[AudioFrame\] or Output"),
        ("x: int = config(5, maximum=2)\n    def process(self): ...", r"its default is 5, wanted -inf to 2"),
        ("audio: Input\n    def process(self): ...", r"Small\.audio: it says not which frames it carries"),
        ("audio: Input[AudioFrame] = 5\n    def process(self): ...", r"Small\.audio: its value is 5, wanted port"),
        ("x: object = 5\n    def process(self): ...", r"Small\.x: a configuration has no values of type object"),
        ("x: float = None\n    def process(self): ...", r"Small\.x: its default is None"),
        ("x: dict = config({1: object()})\n    def process(self): ...", r"Small\.x: its default has no JSON form"),
        ("x: 'Nowhere' = 5\n    def process(self): ...", r'Small\.x: there is no type "Nowhere" here'),
        ("x: 'a b' = 5\n    def process(self): ...", r"Small\.x: its annotation cannot be read"),
        ("a: 'Input[Nowhere]'\n    def process(self): ...", r"Small\.a: it says not which frames it carries"),
        ("process = 5", r"Small: it has no method process\(\)"),
        ("figures = ('a b',)\n    def process(self): ...", r"Small: figures are"),
        ("figures = ('o',)\n    o: Output[AudioFrame]\n    def process(self): ...", r'"o" is a figure and a port; rename'),
        ("a: Input[VideoFrame] = port(formats=['rgb'])", r'there is no format "rgb"; available: rgba8, '),
    ],
)
def test_wrong_declarations(body, message):
    text = "from sluice import *\n@node()\nclass Small:\n    " + body
    with pytest.raises(ConfigError, match=message) as caught:
        exec(text, {"__name__": __name__})
    assert caught.value.code == "InvalidConfig"
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("name", ["a.B", "1.a", "a..b", "x.y_z", "ä"])
def test_names_that_are_none(name):
    with pytest.raises(ConfigError, match="wanted lower-case letters"):
        exec(f"from sluice import node\n@node('{name}')\nclass Small:\n  def process(self): ...", {"__name__": "x"})


def test_program_prints_one_object_whatever_the_modules_print(folder):
    body = "import os, sys; print('hello'); os.write(1, b'raw'); sys.argv"
    at = folder(one=small("one", body))
    run = subprocess.run(
        [sys.executable, "-m", "sluice.describe", str(at)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert [each["id"] for each in json.loads(run.stdout)["stages"]] == ["python.one"]
    assert "hello" in run.stderr and "raw" in run.stderr
    bare = subprocess.run([sys.executable, "-m", "sluice.describe"], capture_output=True, text=True, check=False)
    assert bare.returncode != 0


def test_host_by_hand_says_what_starts_it():
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    run = subprocess.run([sys.executable, "-m", "sluice.host"], capture_output=True, text=True, env=env, check=False)
    assert (run.returncode, run.stderr) == (2, "sluice.host: it is started by the runtime, for a node\n")
