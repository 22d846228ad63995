"""Source lines without the string literals that are given to secret names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .masking import MASK, Secrets
from .secret_names import is_secret_name

_LONGEST_SOURCE = 1024 * 1024
# The first argument of these says which value is asked for.
_LOOKUPS = frozenset({"get", "getlist", "getenv", "getattr", "pop"})


class MaskedSource:
    """The lines of one file, with a mask for each literal of a password, token and the like.

    Where the file is an application's own, what such literals hold is a secret everywhere, and added to ``secrets``.
    What is no Python, or is longer than 1 MiB, is searched line by line.
    """

    def __init__(self, lines: list[str], secrets: Secrets, *, is_library: bool) -> None:
        self._lines = lines
        self._secrets = secrets
        self._spans: dict[int, set[tuple[int, int | None]]] = {}
        for literal in _secret_literals(lines):
            self._add_span(literal)
            if not is_library and isinstance(literal, ast.Constant) and isinstance(literal.value, str | bytes):
                secrets.add(literal.value)

    def line(self, number: int) -> str:
        """The text of this line, the first of which is number 1."""
        raw = self._lines[number - 1].rstrip()
        encoded = raw.encode("utf-8", "surrogatepass")  # ast counts in bytes of UTF-8
        for begin, end in sorted(self._spans.get(number, ()), key=_begin, reverse=True):
            encoded = encoded[:begin] + f'"{MASK}"'.encode() + (b"" if end is None else encoded[end:])
        text = encoded.decode("utf-8", "surrogatepass")
        return self._secrets.hide(text, is_source=True)

    def raw_line(self, number: int) -> str:
        """The text as it is, to find out whether `line` changed it."""
        return self._lines[number - 1].rstrip()

    def _add_span(self, literal: ast.expr) -> None:
        first, last = literal.lineno, literal.end_lineno or literal.lineno
        for number in range(first, last + 1):
            begin = literal.col_offset if number == first else 0
            end = literal.end_col_offset if number == last else None
            self._spans.setdefault(number, set()).add((begin, end))


def _begin(span: tuple[int, int | None]) -> int:
    return span[0]


def _secret_literals(lines: list[str]) -> list[ast.expr]:
    source = "".join(lines)
    if len(source) > _LONGEST_SOURCE:
        return []
    try:
        return [
            literal
            for node in ast.walk(ast.parse(source))
            for name, value in _named_values(node)
            if value is not None and name is not None and is_secret_name(name)
            for literal in _literals(value)
        ]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _named_values(node: ast.AST) -> Iterator[tuple[str | None, ast.expr | None]]:
    """What ``node`` gives to names, or compares them with."""
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from (pair for target in targets for pair in _assigned(target, value))
        case ast.AnnAssign() | ast.NamedExpr() | ast.AugAssign():
            yield _name_of(node.target), node.value
        case ast.keyword(arg=name, value=value):
            yield name, value
        case ast.Dict(keys=keys, values=values):
            yield from ((_text_of(key), value) for key, value in zip(keys, values, strict=True))
        case ast.Tuple(elts=[first, second]) | ast.List(elts=[first, second]):
            yield _text_of(first), second
        case ast.Compare(left=left, comparators=others):
            yield from ((_name_of(left), other) for other in others)
        case ast.Call(args=[first, *others]):
            yield from ((_text_of(first), other) for other in others)
        case ast.arguments():
            yield from _defaults(node)
        case _:
            return


def _defaults(node: ast.arguments) -> Iterator[tuple[str, ast.expr | None]]:
    given = [*node.posonlyargs, *node.args]
    with_defaults = given[len(given) - len(node.defaults) :]
    yield from zip((argument.arg for argument in with_defaults), node.defaults, strict=True)
    yield from zip((argument.arg for argument in node.kwonlyargs), node.kw_defaults, strict=True)


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str | None, ast.expr]]:
    if not isinstance(target, ast.Tuple | ast.List):
        yield _name_of(target), value
    elif isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
        for inner, given in zip(target.elts, value.elts, strict=True):
            yield from _assigned(inner, given)


def _name_of(target: ast.expr) -> str | None:
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=key):
            return _text_of(key)
        case _:
            return None


def _text_of(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _literals(value: ast.expr) -> Iterator[ast.expr]:
    """The string literals that a value is made of; what a lookup asks for is none of them."""
    waiting: list[ast.AST] = [value]  # no recursion: a sum of thousands is nested as deep
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Constant(value=str() | bytes()) | ast.JoinedStr():
                yield node
            case ast.Call(func=called, args=args, keywords=keywords):
                is_lookup = _name_of(called) in _LOOKUPS
                waiting += [*args[is_lookup:], *(keyword.value for keyword in keywords)]
                if isinstance(called, ast.Attribute):  # "text".encode()
                    waiting.append(called.value)
            case ast.Subscript():
                continue
            case _:
                waiting += ast.iter_child_nodes(node)
