"""Settings from the environment and a file."""

from ._config.config import Config as Config
from ._config.config import undefined as undefined
from ._config.environ import Environ as Environ
from ._config.environ import EnvironError as EnvironError
from ._config.environ import environ as environ

__all__ = ("Config", "Environ", "EnvironError", "environ", "undefined")
