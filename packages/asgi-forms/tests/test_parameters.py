import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_forms import _parameters
from asgi_forms._parameters import MAX_PARAMETERS, media_type, parameters

TOKEN = st.text("abcXYZ09!#$%&'*+-.^_`|~", min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("multipart/form-data", "multipart/form-data"),
        ("Multipart/FORM-data ; boundary=x", "multipart/form-data"),
        ("\ttext/plain\t;", "text/plain"),
        ("", ""),
        (";a=b", ""),
    ],
)
def test_the_media_type(value, expected):
    assert media_type(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", {}),
        ("a/b", {}),
        ("a/b;", {}),
        ("a/b; ;;\t; ", {}),
        (";;a=b;; ;\tc=d;", {"a": "b", "c": "d"}),
        ("a/b;c=d", {"c": "d"}),
        ("a/b \t; \tc \t= \td \t; \te=f \t", {"c": "d", "e": "f"}),
        ("a/b;C=D", {"c": "D"}),
        ("a/b;c=;d=", {"c": "", "d": ""}),
        ('a/b;c="";d=" "', {"c": "", "d": " "}),
        ('a/b;c="d;e=f";g=h', {"c": "d;e=f", "g": "h"}),
        ("a/b;c=d e f ;g=h", {"c": "d e f", "g": "h"}),
        ("a/b;c=d=e", {"c": "d=e"}),
        ("a/b;c*=d'e'f", {"c*": "d'e'f"}),
        ("a/b;c=\xeb", {"c": "\xeb"}),
        ('a/b;c="\xeb\n"', {"c": "\xeb\n"}),
        (r'a/b;c="d\"e"', {"c": 'd"e'}),
        (r'a/b;c="d\\"', {"c": "d\\"}),
        (r'a/b;c="\\\"\\"', {"c": '\\"\\'}),
        (r'a/b;c="C:\new\folder"', {"c": r"C:\new\folder"}),
        ('a/b;c="\\\n"', {"c": "\\\n"}),
        (r"a/b;c=d\e", {"c": r"d\e"}),
    ],
)
def test_what_a_value_has(value, expected):
    assert parameters(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        *("a;b", "a;=b", 'a;"b"=c', "a; b c=d", "a;\xeb=b", "a;b\n=c", "a;(b)=c"),
        *('a;b="', 'a;b="c', 'a;b="c\\"', 'a;b="c\\', 'a;b="c"d', 'a;b="c" d', 'a;b=c"d', 'a;b=c"d"'),
    ],
)
def test_what_is_no_list_of_parameters(value):
    with pytest.raises(ValueError, match=re.escape(f"Malformed parameters: {value!r}")):
        parameters(value)


@pytest.mark.parametrize("value", ["a;b=c;b=c", "a;b=c;B=d", 'a;b="";d=e;b="f"'])
def test_a_name_that_comes_twice_is_refused(value):
    with pytest.raises(ValueError, match=r"The parameter '[bB]' comes twice: 'a;"):
        parameters(value)


def test_names_are_the_same_in_ascii_only():
    assert parameters("a;k=1;i=2") == {"k": "1", "i": "2"}
    with pytest.raises(ValueError, match="Malformed"):
        parameters("a;\N{KELVIN SIGN}=1")


def test_there_are_at_most_so_many():
    most = "a" + "".join(f";b{number}=c" for number in range(MAX_PARAMETERS))
    assert len(parameters(most)) == MAX_PARAMETERS
    with pytest.raises(ValueError, match="Malformed"):
        parameters(most + ";d=e")


class Counted:
    """A pattern, and how often something was to match it."""

    def __init__(self, pattern):
        self.pattern, self.count = pattern, 0

    def match(self, *args):
        self.count += 1
        return self.pattern.match(*args)


def test_nothing_between_semicolons_counts_nothing_and_is_passed_over_at_once(monkeypatch):
    parameter, escape = _parameters._patterns()
    parameter = Counted(parameter)
    monkeypatch.setattr(_parameters, "_patterns", lambda: (parameter, escape))
    padding = ";; ;\t" * 1000
    assert parameters(f"a{padding}b=c{padding}d=e{padding}") == {"b": "c", "d": "e"}
    assert parameter.count == 3


def test_an_error_shows_the_beginning_only():
    with pytest.raises(ValueError) as caught:
        parameters("a;" + "b" * 100_000)
    assert len(str(caught.value)) < 250


@given(
    pairs=st.dictionaries(TOKEN.map(str.lower), TOKEN | st.text(st.characters(max_codepoint=255)), max_size=6),
    space=st.sampled_from(["", " ", "\t ", "  "]),
)
def test_what_is_quoted_comes_back(pairs, space):
    quoted = ((name, value.replace("\\", "\\\\").replace('"', '\\"')) for name, value in pairs.items())
    value = "a/b" + "".join(f'{space};{space}{name}{space}={space}"{value}"' for name, value in quoted)
    assert parameters(value) == pairs


@given(st.text('ab=;"\\ \t\xeb\n*', max_size=30))
def test_any_text_gives_parameters_or_a_value_error(value):
    try:
        found = parameters("a;" + value)
    except ValueError:
        return
    assert all(name and name == name.lower() for name in found)
    assert len(found) <= value.count("=")


LINEAR = {
    "semicolons": lambda n: "a" + ";" * n,
    "semicolons and spaces": lambda n: "a" + "; \t" * n,
    "spaces": lambda n: "a;" + " " * n,
    "spaces before a value": lambda n: "a;b=" + " " * n,
    "spaces after a value": lambda n: "a;b=c" + " " * n,
    "spaces in a value": lambda n: "a;b=" + "c " * n + '"',
    "spaces before junk": lambda n: "a;b=" + " " * n + '"c"d',
    "a name without a value": lambda n: "a;" + "b" * n,
    "a value": lambda n: "a;b=" + "c" * n,
    "an open quote": lambda n: 'a;b="' + "c" * n,
    "open quotes": lambda n: "a" + ';b="' * n,
    "escapes": lambda n: 'a;b="' + '\\"' * n + '"',
    "escapes in an open quote": lambda n: 'a;b="' + "\\\\" * n,
    "backslashes before a quote": lambda n: 'a;b="' + "\\" * (2 * n + 1) + '"',
    "equals signs": lambda n: "a;b" + "=" * n,
    "parameters": lambda n: "a" + "".join(f";b{number}=c" for number in range(n)),
    "no semicolon": lambda n: "a" * n,
}


@pytest.mark.parametrize("shape", LINEAR)
def test_time_is_linear(assert_linear, shape):
    def read(value):
        with contextlib.suppress(ValueError):
            parameters(value)

    assert_linear(read, LINEAR[shape], 20_000)
