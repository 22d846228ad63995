import re

import pytest

from asgi_http._static.static_cache import CachePolicy

FOREVER = "public, max-age=31536000, immutable"


@pytest.mark.parametrize("immutable", [None, False])
def test_without_a_policy_there_is_no_header(immutable):
    assert CachePolicy(None, immutable).value_for("app.3f2a1b9c.js") is None


def test_one_value_for_all():
    policy = CachePolicy("max-age=60", None)
    assert (policy.value_for("app.3f2a1b9c.js"), policy.value_for("a/b.html")) == ("max-age=60", "max-age=60")


def test_a_function_of_the_path():
    policy = CachePolicy({"a/b.css": "max-age=60"}.get, None)
    assert (policy.value_for("a/b.css"), policy.value_for("b.css")) == ("max-age=60", None)


def test_hashed_names_for_ever_and_the_others_asked_for():
    policy = CachePolicy(None, immutable=True)
    assert (policy.value_for("app.3f2a1b9c.js"), policy.value_for("app.js")) == (FOREVER, "no-cache")


def test_hashed_names_for_ever_and_a_value_for_the_others():
    policy = CachePolicy("max-age=60", immutable=True)
    assert (policy.value_for("app.3f2a1b9c.js"), policy.value_for("app.js")) == (FOREVER, "max-age=60")


@pytest.mark.parametrize("rule", ["^assets/", re.compile("^assets/"), lambda path: path.startswith("assets/")])
def test_a_rule_of_your_own(rule):
    policy = CachePolicy(None, immutable=rule)
    assert policy.value_for("assets/app.js") == FOREVER
    assert policy.value_for("app.3f2a1b9c.js") == "no-cache"


@pytest.mark.parametrize("page", ["index.3f2a1b9c.html", "index.HTM", "a/b.xhtml"])
def test_a_page_is_never_kept_for_ever(page):
    assert CachePolicy(None, immutable=lambda path: True).value_for(page) == "no-cache"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "no-cache"),
        ("max-age=60", "no-cache"),
        ("public, max-age=31536000, immutable", "no-cache"),
        ("no-cache", "no-cache"),
        ("s-maxage=9, stale-while-revalidate=9", "no-cache"),
        ("no-store", "no-store"),
        ("max-age=0, No-Store", "max-age=0, No-Store"),
        ("must-understand ,no-store\t", "must-understand ,no-store\t"),
        ("private", "private, no-cache"),
        ("max-age=60, Private ", "private, no-cache"),
        ('private="set-cookie", max-age=60', "private, no-cache"),
        ("private, no-store", "private, no-store"),
    ],
)
def test_what_must_be_asked_for_is_never_fresh(value, expected):
    for cache_control in (value, lambda path: value):
        assert CachePolicy(cache_control, None).value_for("404.html", must_revalidate=True) == expected


def test_what_must_be_asked_for_is_not_kept_for_ever():
    assert CachePolicy(None, immutable="").value_for("app.js", must_revalidate=True) == "no-cache"


def test_a_value_that_is_no_header_is_refused_at_once():
    with pytest.raises(ValueError, match="Invalid header value"):
        CachePolicy("max-age=60\r\n", None)
