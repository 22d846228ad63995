"""An application by its name, and what the messages say where there is none."""

from __future__ import annotations

import pytest

from shine._drop_in.app_import import import_app


@pytest.fixture
def module(tmp_path, monkeypatch):
    def module(name, source):
        (tmp_path / f"{name}.py").write_text(source)
        monkeypatch.syspath_prepend(tmp_path)

    return module


def test_an_application_a_part_of_an_object_and_one_that_is_made(module):
    module("named_a", "class Site:\n    app = print\n\nsite = Site()\n\ndef make():\n    return len\n")
    assert import_app("named_a:site.app", "X") is print
    assert import_app("named_a:make()", "X") is len
    assert import_app("named_a:make", "X").__name__ == "make"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", r"X is not set: give it as 'module:app', or as 'module:make\(\)' for a function\."),
        ("main", r"X is 'main': give it as"),
        (":app", r"X is ':app': give it as"),
        ("main:", r"X is 'main:': give it as"),
        ("main:app; import os", r"give it as"),
        ("main:make(1)", r"give it as"),
        ("not_there_1:app", r"X names the module 'not_there_1', and there is no 'not_there_1': start the server in"),
        ("shine.not_there:app", r"X names the module 'shine\.not_there', and there is no 'shine\.not_there'"),
        ("named_b:other", r"X is 'named_b:other', and .* module 'named_b' has no attribute 'other'"),
        ("named_b:number", r"X is 'named_b:number', which is 1: an ASGI application can be called\."),
        ("named_b:number()", r"X is 'named_b:number\(\)', which is 1: an ASGI"),
        ("named_b:make()", r"X is 'named_b:make\(\)', which gives 1: an ASGI application can be called\."),
    ],
)
def test_what_names_none(module, name, message):
    module("named_b", "number = 1\n\ndef make():\n    return 1\n")
    with pytest.raises(RuntimeError, match=message):
        import_app(name, "X")


def test_what_the_module_lacks_itself_is_its_own_error(module):
    module("named_c", "import not_there_2\n")
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'not_there_2'$"):
        import_app("named_c:app", "X")
    module("named_d", "raise ModuleNotFoundError('no name')\n")
    with pytest.raises(ModuleNotFoundError, match="no name"):
        import_app("named_d:app", "X")
