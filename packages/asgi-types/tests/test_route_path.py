"""The part of a path below a mount."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types import get_route_path


@pytest.mark.parametrize(
    ("path", "root_path", "route_path"),
    [
        ("/users", "", "/users"),
        ("/api/users", "/api", "/users"),
        ("/api/users/", "/api", "/users/"),
        ("/api//users", "/api", "//users"),
        ("/api/", "/api", "/"),
        ("/api", "/api", ""),
        ("/apiary", "/api", "/apiary"),
        ("/other", "/api", "/other"),
        ("/API/users", "/api", "/API/users"),
        ("/api/users", "/api/", "/api/users"),
        ("/api/api/users", "/api", "/api/users"),
        ("/a", "/api", "/a"),
        ("", "", ""),
        ("", "/api", ""),
        ("/", "/", ""),
        ("/users", "/", "/users"),
    ],
)
def test_the_root_path_goes_where_it_is_a_whole_prefix(path: str, root_path: str, route_path: str) -> None:
    assert get_route_path({"path": path, "root_path": root_path}) == route_path


def test_a_scope_need_not_have_a_root_path() -> None:
    assert get_route_path({"path": "/users"}) == "/users"


segments = st.text(alphabet="ab%.é", min_size=1, max_size=3)
paths = st.lists(segments, max_size=3).map(lambda parts: "".join(f"/{part}" for part in parts))


@given(paths, paths)
def test_what_a_mount_took_away_can_be_put_back(root_path: str, rest: str) -> None:
    assert get_route_path({"path": root_path + rest, "root_path": root_path}) == rest


@given(st.text(alphabet="/ab"), st.text(alphabet="/ab"))
def test_it_is_the_whole_path_or_an_end_of_it_that_begins_a_segment(path: str, root_path: str) -> None:
    found = get_route_path({"path": path, "root_path": root_path})
    assert found == path or (root_path + found == path and found[:1] in ("", "/"))
