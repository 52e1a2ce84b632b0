"""Docs of attributes: a string after one in its class, or comments that begin with ``#:`` before it."""

from __future__ import annotations

import ast
import inspect
import textwrap


def attribute_docs(of: type) -> dict[str, str]:
    """Returns the docs by attribute; none where the source is not at hand."""
    try:
        source = textwrap.dedent(inspect.getsource(of))
        tree = ast.parse(source)
    except (OSError, TypeError, SyntaxError):
        return {}
    body = next((each.body for each in tree.body if isinstance(each, ast.ClassDef)), [])
    lines = source.splitlines()
    found = {}
    for statement, after in zip(body, [*body[1:], None]):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        doc = _string(after) or _comment(lines, statement.lineno - 1)
        if doc:
            found[statement.target.id] = " ".join(inspect.cleandoc(doc).split())
    return found


def _string(statement: ast.stmt | None) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        value = statement.value.value
        return value if isinstance(value, str) else ""
    return ""


def _comment(lines: list[str], line: int) -> str:
    found: list[str] = []
    while line > 0 and lines[line - 1].strip().startswith("#:"):
        line -= 1
        found.insert(0, lines[line].strip()[2:].strip())
    return " ".join(found)
