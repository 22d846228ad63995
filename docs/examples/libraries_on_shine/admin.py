"""starlette-admin: pages to look after the books of a database."""

# ruff: noqa: E402 - shine is put in the place of Starlette before anything imports it
import shine

shine.install_as_starlette()

import os

from loaded_files import loaded_files
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.applications import Starlette
from starlette.routing import Route
from starlette_admin.contrib.sqla import Admin, ModelView


class Base(DeclarativeBase):
    """The tables."""


class Book(Base):
    """A book of the shop."""

    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    pages: Mapped[int]


engine = create_engine(os.environ["BOOKS"])
Base.metadata.create_all(engine)

app = Starlette(routes=[Route("/loaded", loaded_files)])
admin = Admin(engine, title="Books of the shop", secret_key="not a secret")
admin.add_view(ModelView(Book))
admin.mount_to(app)
