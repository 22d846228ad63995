"""The interface of a kind of path parameter, and how arguments in a pattern are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

T = TypeVar("T")

REFUSALS = (ValueError, ArithmeticError, LookupError)
"""What `Convertor.convert` may raise for a text that is no value of its kind."""

if TYPE_CHECKING:
    import ast
    from typing import Generic

    class _OfValues(Generic[T]): ...

else:

    class _OfValues:
        """What `Generic` is for here, without the time that each class below it takes to be made."""

        def __class_getitem__(cls, item):  # noqa: ANN001, ANN204
            return cls


class Convertor(_OfValues[T]):
    """One kind of path parameter: a regular expression, and both ways of conversion.

    `convert` may refuse text that its expression lets through, and the path is then no match: by `ValueError`,
    `LookupError` or `ArithmeticError`, which `decimal.InvalidOperation` is one of. Any other exception is a bug and is
    raised. An expression of your own meets paths of any length: write it so that it cannot match one text in several
    ways.

    A convertor whose constructor has parameters takes arguments in a pattern, ``{name:kind(arguments)}``.
    """

    regex: str = ""

    def convert(self, value: str) -> T:
        """The parameter's value for its text in the path."""
        raise NotImplementedError

    def to_string(self, value: T) -> str:
        """The text that stands for a value in a path; `AssertionError` for a value that cannot stand there."""
        raise NotImplementedError

    def with_arguments(self, arguments: str) -> Convertor[T]:
        """The convertor for ``{name:kind(arguments)}``: one of the same class, made with these arguments.

        They are Python's literals and ``key=literal`` pairs with commas between; a bare word stands for its own text.
        Override it to read them otherwise. Raises `ValueError` for what cannot be read so, and `TypeError` or
        `ValueError` for what the constructor refuses.

        >>> class Multiple(Convertor[int]):
        ...     regex = "[0-9]+"
        ...     def __init__(self, of=1):
        ...         self.of = of
        ...     def convert(self, value):
        ...         return int(value) // self.of * self.of
        >>> Multiple().with_arguments("of=5").convert("42")
        40
        """
        make: Any = type(self)
        positional, by_name = _read_arguments(arguments)
        convertor: Convertor[T] = make(*positional, **by_name)
        return convertor


def _read_arguments(text: str) -> tuple[list[Any], dict[str, Any]]:
    import ast

    try:
        call = ast.parse(f"f({text})", mode="eval").body
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
            raise SyntaxError
        return [_value(each) for each in call.args], {_key(each): _value(each.value) for each in call.keywords}
    except SyntaxError:
        raise ValueError(
            f"cannot read {text!r}: write numbers, words and key=value pairs, with commas between; quote any other text"
        ) from None


def _key(pair: ast.keyword) -> str:
    if pair.arg is None:
        raise SyntaxError
    return pair.arg


def _value(node: ast.expr) -> object:
    import ast

    match node:
        case ast.Constant(value):
            return value
        case ast.Name(word):
            return word
        case ast.UnaryOp(ast.USub(), ast.Constant(int() | float() as number)):
            return -number
        case _:
            raise SyntaxError
