"""Applications, programs and servers run as they are, with shine in the place of Starlette.

``SHINE_APP=main:app uvicorn shine.run_as_starlette:app`` for a server, whichever it is, and
``python -m shine.run_as_starlette -m pytest`` or ``python -m shine.run_as_starlette script.py`` for a program.
"""

from ._drop_in.named_app import NamedApp as NamedApp
from ._drop_in.named_app import app as app
from ._drop_in.program import run_program as run_program

__all__ = ("NamedApp", "app", "run_program")

if __name__ == "__main__":
    run_program()
