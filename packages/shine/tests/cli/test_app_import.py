from __future__ import annotations

import sys

import pytest

from shine._cli.app_import import load_app, parse_target
from shine._cli.terminal import CommandError, UsageError


@pytest.mark.parametrize(
    "target", ["main", "main:", ":app", "", "main.py:app", "a/b:app", "main:app()", "a:b:c", "a b:c"]
)
def test_what_is_no_application(target):
    with pytest.raises(UsageError, match="give its module and its name there, as in main:app"):
        parse_target(target)


def test_an_application_in_a_folder(folder):
    (folder / "src" / "shop").mkdir(parents=True)
    (folder / "src" / "shop" / "web.py").write_text("class site:\n    app = 'the app'\ndef make(): return 'made'\n")
    assert load_app("shop.web:site.app", "src", factory=False, as_starlette=False) == "the app"
    assert load_app("shop.web:make", "src", factory=True, as_starlette=False) == "made"


def test_the_folder_comes_first(folder):
    (folder / "tomllib.py").write_text("app = 'ours'\n")
    (folder / "of_ours.py").write_text("import sys\napp = sys.path[0]\n")
    assert load_app("of_ours:app", ".", factory=False, as_starlette=False) == str(folder)


FAILURES = {
    "there is no module missing in '.', nor is one installed": ("missing:app", ""),
    "there is no module missing.part in '.', nor is one installed": ("missing.part:app", None),
    "the module broken has no 'app'": ("broken:app", ""),
    "the module broken needs no_such_module, which is not installed": ("broken:app", "import no_such_module"),
    "the module broken could not be imported": ("broken:app", "1 / 0"),
    "the factory broken:app failed": ("broken:app", "def app(): 1 / 0"),
}


@pytest.mark.parametrize("message", FAILURES)
def test_what_cannot_be_loaded_is_told(folder, message):
    target, source = FAILURES[message]
    if source is None:
        (folder / "missing").mkdir()
    (folder / "broken.py").write_text(source or "")
    with pytest.raises(CommandError) as failed:
        load_app(target, ".", factory=True, as_starlette=False)
    assert not isinstance(failed.value, UsageError)
    assert str(failed.value).startswith(message)
    if "1 / 0" in (source or ""):
        assert "ZeroDivisionError: division by zero" in str(failed.value)
        assert 'broken.py", line 1' in str(failed.value)


def test_shine_may_be_put_in_the_place_of_starlette_first(folder, monkeypatch):
    def install() -> None:
        assert "after_it" not in sys.modules
        installed.append(True)

    installed: list[bool] = []
    monkeypatch.setattr("shine._drop_in.install.install_as_starlette", install)
    (folder / "after_it.py").write_text("app = 1\n")
    assert load_app("after_it:app", ".", factory=False, as_starlette=True) == 1
    assert installed == [True]
