"""Text to data and back by PyYAML, which only those need who make schemas, and which is loaded by the first of them."""

from __future__ import annotations

from typing import Any, Final

_MISSING: Final = "Schemas are read and written by PyYAML, which is not installed: pip install asgi-routing[schemas]"


class MalformedYAML(ValueError):  # noqa: N818 - for use in here; what is raised on says more
    """Text that is no YAML; the message says where."""


def load_yaml(text: str) -> Any:
    """The data of a text, of YAML's plain types; `MalformedYAML`, and `ImportError` without PyYAML."""
    yaml = _pyyaml()
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as exc:
        raise MalformedYAML(str(exc)) from exc


def dump_yaml(data: Any) -> str:
    """The text of plain data; PyYAML's `RepresenterError` for others, and `ImportError` without PyYAML."""
    text: str = _pyyaml().safe_dump(data, default_flow_style=False)
    return text


def _pyyaml() -> Any:
    try:
        import yaml
    except ModuleNotFoundError as exc:
        raise ImportError(_MISSING) from exc
    return yaml
