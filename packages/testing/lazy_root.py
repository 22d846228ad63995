"""What holds of every package whose names are loaded when they are asked for: `asgi_types.lazy_names` at its root."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest


def printed(code: str) -> list[str]:
    """What a program prints in an interpreter of its own."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def loaded_by(statement: str) -> list[str]:
    """The modules that a statement loads."""
    return printed(f"import sys; before = set(sys.modules)\n{statement}\nprint(*sorted(set(sys.modules) - before))")


class LazyRootTests:
    """Tests of ``package``, whose root has ``not_ours`` besides: what it imports, and public modules below it."""

    package: ModuleType
    not_ours: frozenset[str] = frozenset({"TYPE_CHECKING"})

    def test_all_is_sorted_and_what_is_there(self) -> None:
        public = [name for name in dir(self.package) if not name.startswith("_") and name not in self.not_ours]
        assert list(self.package.__all__) == sorted(public)

    def test_dir_has_all_names_before_any_is_loaded(self) -> None:
        names = printed(f"import {self.package.__name__} as package; print(*dir(package))")
        assert names == sorted(names)
        assert set(names) >= {*self.package.__all__, "__doc__", "__getattr__"}

    def test_every_name_is_there(self) -> None:
        for name in self.package.__all__:
            value = getattr(self.package, name)
            assert vars(self.package)[name] is value
            assert self.package.__getattr__(name) is value

    def test_all_of_them_can_be_imported_at_once(self) -> None:
        code = f"from {self.package.__name__} import *; print(*[name for name in dir() if not name.startswith('_')])"
        assert printed(code) == sorted(self.package.__all__)

    @pytest.mark.parametrize("name", ["no_such_name", "_home", "__path", ""])
    def test_another_name_is_an_attribute_error(self, name: str) -> None:
        with pytest.raises(AttributeError, match=f"^module '{self.package.__name__}' has no attribute '{name}'$"):
            getattr(self.package, name)
        assert not hasattr(self.package, name)

    def test_another_name_cannot_be_imported(self) -> None:
        with pytest.raises(ImportError, match=f"cannot import name 'no_such_name' from '{self.package.__name__}'"):
            exec(f"from {self.package.__name__} import no_such_name")

    def test_type_checkers_see_each_name_where_it_is_loaded_from(self) -> None:
        tree = ast.parse(Path(str(self.package.__file__)).read_text("utf-8"))
        [block] = [node for node in tree.body if isinstance(node, ast.If)]
        imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
        seen = {alias.name: "." * node.level + str(node.module) for node in imports for alias in node.names}
        assert seen == self.package._HOMES
        assert all(alias.name == alias.asname for node in imports for alias in node.names)
        assert set(self.package._HOMES) == set(self.package.__all__)
