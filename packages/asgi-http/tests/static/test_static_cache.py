import random
import re
import string

import pytest

from asgi_http._static.static_cache import CachePolicy, is_fingerprinted

FOREVER = "public, max-age=31536000, immutable"


# The rule for names


@pytest.mark.parametrize(
    "path",
    [
        "app.3f2a1b9c.js",
        "static/js/main.8bf0a4c9.chunk.js",
        "css/base.27e20196a850.css",
        "app-3f2a1b9c.js",
        "app-3f2a1b9c.min.js",
        "app.3f2a1b9c.js.map",
        "APP.3F2A1B9C.JS",
        "static/chunks/4bd1b696-e356ca5ba0218e27.js",
        "application-d41d8cd98f00b204e9800998ecf8427e.css",
        "assets/index-BmQ0x9Ya.css",
        "assets/index-BmQ0x9Ya.js.map",
        "assets/inter-latin-wght-D3_Zx9aQ.woff2",
        "assets/index-D-x3aBc9.js",
        "assets/index.D-x3aBc9.js",
        "chunk-PL7AWUXO.js",
        "main-5BQZ6TTF.js",
        "index-k3j9x2lq.js",
    ],
)
def test_names_with_a_hash(path):
    assert is_fingerprinted(path)


WORDS_DATES_AND_VERSIONS = """
    jquery-3.7.1.min.js bootstrap-5.3.0-alpha1.min.css d3.v7.min.js app.js main.chunk.js tailwind.config.js
    photo-20240101.jpg photo-1699999999.jpg IMG-20240101-WA0001.jpg backup-20240101T120000Z.zip scan-20240101a2.pdf
    log-2024feb01.txt report-v1-2-3-4.pdf index-contact.js index-homepage.js polyfills-es2015.js vendor-MyBigApp.js
    font-OpenSans400.woff2 roboto-v30-latin-700italic.woff2 icon-180x180.png screenshot-1920x1080.png
    trailer-720p30hd.mp4 logo-facebook2024.png facade-cafe1234.js deadbeef.js app-deadbeef.js
    550e8400-e29b-41d4-a716-44f6554d00ab.png user-550e8400-e29b-41d4-a716-44f6554d00ab.png
    3f2a1b9c.js .3f2a1b9c.js app.3f2a1b9c app-3f2a1b9c app.3f2a1b9.js app_3f2a1b9c.js app.3f2a1b9c.7.js
    swagger-ui-bundle.js app.Bm\u00e90x9Ya.js README
"""


@pytest.mark.parametrize("name", WORDS_DATES_AND_VERSIONS.split())
def test_names_without_one(name):
    assert not is_fingerprinted(name)


def test_a_directory_is_no_name():
    assert not is_fingerprinted("app.3f2a1b9c.d/app.js")


@pytest.mark.parametrize(
    ("length", "characters", "share"),
    [
        (8, "0123456789abcdef", 0.88),
        (12, "0123456789abcdef", 0.97),
        (20, "0123456789abcdef", 0.99),
        (8, string.ascii_letters + string.digits + "-_", 0.75),
        (8, string.ascii_uppercase + "234567", 0.65),
    ],
)
def test_most_hashes_are_known(length, characters, share):
    chance = random.Random(length)
    names = [f"app-{''.join(chance.choices(characters, k=length))}.js" for _ in range(1000)]
    assert sum(map(is_fingerprinted, names)) > share * len(names)


# The policy


@pytest.mark.parametrize("immutable", [None, False])
def test_without_a_policy_there_is_no_header(immutable):
    policy = CachePolicy(None, immutable)
    assert policy.is_empty
    assert policy.value_for("app.3f2a1b9c.js") is None


def test_one_value_for_all():
    policy = CachePolicy("max-age=60", None)
    assert not policy.is_empty
    assert (policy.value_for("app.3f2a1b9c.js"), policy.value_for("a/b.html")) == ("max-age=60", "max-age=60")


def test_a_function_of_the_path():
    policy = CachePolicy({"a/b.css": "max-age=60"}.get, None)
    assert (policy.value_for("a/b.css"), policy.value_for("b.css")) == ("max-age=60", None)


def test_hashed_names_for_ever_and_the_others_asked_for():
    policy = CachePolicy(None, immutable=True)
    assert not policy.is_empty
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


def test_a_value_that_is_no_header_is_refused_at_once():
    with pytest.raises(ValueError, match="Invalid header value"):
        CachePolicy("max-age=60\r\n", None)
