"""Settings: from where, as what, and what is said of those that are missing or wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from shine.config import Config, undefined
from shine.datastructures import URL, CommaSeparatedStrings, Secret


@pytest.fixture
def env_file(tmp_path):
    path = tmp_path / ".env"
    path.write_text("HOST=file\nPORT=8000\nDEBUG=True\n")
    return path


@pytest.mark.parametrize("given", [str, Path])
def test_the_environment_goes_before_the_file_and_that_before_the_default(env_file, given):
    config = Config(given(env_file), environ={"HOST": "environment"})
    assert config("HOST", default="default") == "environment"
    assert config("PORT", default="default") == "8000"
    assert config("NAME", default="default") == "default"
    assert config.get("HOST") == "environment"


def test_nothing_in_a_variable_is_a_value(env_file):
    assert Config(env_file, environ={"HOST": ""})("HOST", default="default") == ""


def test_the_environment_is_read_when_a_setting_is(monkeypatch):
    config = Config()
    monkeypatch.setenv("SHINE_TEST_LATER", "1")
    assert config("SHINE_TEST_LATER", cast=int) == 1
    assert config.file_values == {}


def test_a_prefix(tmp_path):
    path = tmp_path / ".env"
    path.write_text("APP_PORT=8000\nPORT=80\n")
    config = Config(path, environ={"APP_HOST": "a", "HOST": "b"}, env_prefix="APP_")
    assert (config("HOST"), config("PORT")) == ("a", "8000")
    with pytest.raises(KeyError, match=r"^\"Config 'APP_DEBUG' is missing, and has no default\.\"$"):
        config("DEBUG")


@pytest.mark.parametrize("value", ["true", "True", "TRUE", "1"])
def test_true(value):
    assert Config(environ={"DEBUG": value})("DEBUG", cast=bool) is True


@pytest.mark.parametrize("value", ["false", "False", "FALSE", "0"])
def test_false(value):
    assert Config(environ={"DEBUG": value})("DEBUG", cast=bool) is False


@pytest.mark.parametrize("value", ["yes", "on", "", " true", "2"])
def test_what_is_neither(value):
    with pytest.raises(ValueError, match=rf"^Config 'DEBUG' has value '{value}'\. Not a valid bool\.$"):
        Config(environ={"DEBUG": value})("DEBUG", cast=bool)


@pytest.mark.parametrize(
    ("cast", "name"), [(int, "int"), (lambda value: int(value, 10), "<lambda>"), (partial(int, base=2), "functools.*")]
)
def test_what_cannot_be_cast(cast, name):
    with pytest.raises(ValueError, match=rf"^Config 'PORT' has value 'eighty'\. Not a valid {name}\.$") as caught:
        Config(environ={"PORT": "eighty"})("PORT", cast=cast)
    assert isinstance(caught.value.__cause__, ValueError)


def test_what_else_a_cast_raises_is_raised():
    def cast(value):
        raise LookupError(value)

    with pytest.raises(LookupError, match=r"^eighty$"):
        Config(environ={"PORT": "eighty"})("PORT", cast=cast)


def test_casts():
    config = Config(environ={"URL": "redis://:x@localhost/0", "KEY": "correct horse", "HOSTS": "a.org, b.org"})
    assert config("URL", cast=URL).hostname == "localhost"
    assert repr(config("KEY", cast=Secret)) == "Secret('**********')"
    assert list(config("HOSTS", cast=CommaSeparatedStrings)) == ["a.org", "b.org"]


def test_a_default_is_cast_unless_it_is_none():
    config = Config(environ={})
    assert config("KEY", cast=Secret, default="") == Secret("")
    assert config("DEBUG", cast=bool, default=False) is False
    assert config("DEBUG", cast=bool, default="true") is True
    assert config("NUMBER", cast=int, default=True) == 1
    assert config("KEY", cast=Secret, default=None) is None
    assert config("KEY", default=None) is None
    with pytest.raises(ValueError, match="Not a valid int"):
        config("NUMBER", cast=int, default="true")
    with pytest.raises(ValueError, match="Not a valid int"):
        config("NUMBER", cast=int, default=[])


def test_no_default():
    with pytest.raises(KeyError, match="Config 'HOST' is missing, and has no default"):
        Config(environ={})("HOST", default=undefined)


@pytest.mark.parametrize("missing", [".env", "file/.env", "."])
def test_a_file_that_is_not_there(tmp_path, missing):
    (tmp_path / "file").touch()
    path = str(tmp_path / missing)
    with pytest.warns(UserWarning, match=rf"^Config file '{re.escape(path)}' not found\.$") as warned:
        config = Config(path, environ={"HOST": "environment"})
    assert len(warned) == 1
    assert warned[0].filename == __file__
    assert config("HOST") == "environment"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe(tmp_path):
    """As a shell makes one of ``<(decrypt secrets)``."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=("HOST=pipe\n",))
    writer.start()
    config = Config(path, environ={})
    writer.join()
    assert config("HOST") == "pipe"


def test_an_import_of_it_loads_little():
    code = "import sys, shine.config; print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"anyio", "asgi_http", "shlex", "hmac", "shine.datastructures"} & set(loaded)
