from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware import ContentSecurityPolicy

NONCE = ContentSecurityPolicy.NONCE
SHA = "'sha256-RFWPLDbv2BY+rCkDzsE+0fr8ylGr2R2faWMhq4lfEQc='"

# Content Security Policy Level 3, section 6, and the specifications that add directives to it.
DIRECTIVES = (
    *("child-src", "connect-src", "default-src", "font-src", "frame-src", "img-src", "manifest-src", "media-src"),
    *("object-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem"),
    *("style-src-attr", "worker-src", "base-uri", "form-action", "frame-ancestors", "report-uri"),
    "fenced-frame-src",
)


@pytest.mark.parametrize("name", DIRECTIVES)
def test_a_directive_of_sources(name):
    keyword = name.replace("-", "_")
    assert str(ContentSecurityPolicy(**{keyword: "https://a.example"})) == f"{name} https://a.example"


@pytest.mark.parametrize(
    ("directives", "text"),
    [
        ({}, ""),
        ({"sandbox": True}, "sandbox"),
        ({"sandbox": ["allow-scripts", "allow-forms"]}, "sandbox allow-scripts allow-forms"),
        ({"sandbox": False}, ""),
        ({"upgrade_insecure_requests": True}, "upgrade-insecure-requests"),
        ({"upgrade_insecure_requests": False}, ""),
        ({"require_trusted_types_for": "'script'"}, "require-trusted-types-for 'script'"),
        ({"trusted_types": ["lit-html", "'allow-duplicates'"]}, "trusted-types lit-html 'allow-duplicates'"),
        ({"report_to": "self"}, "report-to self"),
        ({"report_uri": ["/csp", "https://a.example/csp?x=1"]}, "report-uri /csp https://a.example/csp?x=1"),
        ({"script_src": None}, ""),
        ({"img_src": ["*", "data:", "blob:"]}, "img-src * data: blob:"),
        ({"img_src": iter(["'self'"])}, "img-src 'self'"),
        ({"img_src": ("https://*.a.example:*/x%3By",)}, "img-src https://*.a.example:*/x%3By"),
        ({"style_src": "'none'"}, "style-src 'none'"),
        ({"style_src": [SHA, "'unsafe-hashes'"]}, f"style-src {SHA} 'unsafe-hashes'"),
        ({"script_src": ["'sha384-a_-/='", "'sha512-b=='"]}, "script-src 'sha384-a_-/=' 'sha512-b=='"),
        ({"script_src": ["'strict-dynamic'", "'report-sample'"]}, "script-src 'strict-dynamic' 'report-sample'"),
        ({"script_src": "'report-sha256'"}, "script-src 'report-sha256'"),
        ({"script_src": ["'unsafe-inline'", "'unsafe-eval'"]}, "script-src 'unsafe-inline' 'unsafe-eval'"),
        ({"script_src": ["'wasm-unsafe-eval'", "'trusted-types-eval'"]}, None),
        ({"script_src": "'inline-speculation-rules'"}, "script-src 'inline-speculation-rules'"),
        ({"default_src": NONCE, "script_src": NONCE}, "default-src 'nonce'; script-src 'nonce'"),
        ({"style_src_elem": [NONCE], "script_src_elem": [NONCE]}, "style-src-elem 'nonce'; script-src-elem 'nonce'"),
    ],
)
def test_texts(directives, text):
    expected = text if text is not None else "script-src 'wasm-unsafe-eval' 'trusted-types-eval'"
    assert str(ContentSecurityPolicy(**directives)) == expected


@pytest.mark.parametrize(
    ("directives", "message"),
    [
        ({"script_source": "'self'"}, "Unknown directive 'script-source': they are default_src, script_src, "),
        ({"plugin_types": "a/b"}, "Unknown directive"),
        ({"default_src": "self"}, "default-src: the keyword self is written with single quotes: \"'self'\"."),
        ({"object_src": "none"}, "the keyword none is written with single quotes: \"'none'\"."),
        ({"script_src": ["'self'", "strict-dynamic"]}, "\"'strict-dynamic'\""),
        ({"script_src": "sha256-RFWPLDbv2BY+rCkDzsE+0fr8ylGr2R2faWMhq4lfEQc="}, "is written with single quotes"),
        ({"script_src": "nonce"}, "\"'nonce'\""),
        ({"require_trusted_types_for": "script"}, "\"'script'\""),
        ({"trusted_types": "none"}, "\"'none'\""),
        ({"script_src": "'slef'"}, "script-src: 'slef' is no keyword of CSP; only these are written with quotes."),
        ({"script_src": "'https://a.example'"}, "is no keyword of CSP"),
        ({"script_src": "'self"}, "is no keyword of CSP"),
        ({"script_src": "'sha256'"}, "is no keyword of CSP"),
        ({"script_src": "'sha1-abc='"}, "is no keyword of CSP"),
        ({"script_src": "'nonce-abc'"}, "a nonce must be new in each response: use ContentSecurityPolicy.NONCE."),
        ({"img_src": NONCE}, "img-src takes no nonce: scripts and styles have one (script_src, style_src)."),
        ({"script_src_attr": NONCE}, "script-src-attr takes no nonce"),
        ({"script_src": "'self' https://a.example"}, "is not one source. Give several as a list"),
        ({"script_src": ["https://a.example/;x"]}, "write ';' as %3B"),
        ({"script_src": ["https://a.example/a,b"]}, "and ',' as %2C"),
        ({"script_src": "https://a.example\r\nX: y"}, "is not one source"),
        ({"script_src": "https://a.example\n"}, "is not one source"),
        ({"script_src": "https://é.example"}, "a host name in its ASCII form"),
        ({"script_src": ""}, "'' is not one source"),
        ({"script_src": []}, "script-src is empty: write \"'none'\" to allow nothing, or None to leave it out."),
        ({"script_src": ["'none'", "'self'"]}, "script-src: 'none' cannot stand beside other sources."),
        ({"script_src": True}, "script-src has sources, so it cannot be True."),
        ({"upgrade_insecure_requests": "yes"}, "upgrade-insecure-requests is True or False, so it cannot be 'yes'."),
        ({"sandbox": "scripts"}, "sandbox: scripts is no permission, such as allow-scripts."),
        ({"sandbox": "'none'"}, "sandbox: 'none' is no permission"),
    ],
)
def test_misuse(directives, message):
    with pytest.raises(ValueError) as caught:
        ContentSecurityPolicy(**directives)
    assert message in str(caught.value)


def test_with_gives_another_policy():
    policy = ContentSecurityPolicy(default_src="'self'", img_src="*", sandbox=True)
    changed = policy.with_(img_src=None, font_src="'none'", default_src=["'self'", "data:"], sandbox=False)
    assert str(changed) == "default-src 'self' data:; font-src 'none'"
    assert str(policy) == "default-src 'self'; img-src *; sandbox"
    with pytest.raises(ValueError, match="Unknown directive"):
        policy.with_(image_src="*")


def test_with_keeps_the_class():
    class Own(ContentSecurityPolicy):
        pass

    assert type(Own(img_src="*").with_(font_src="*")) is Own


def test_equality_and_hash():
    policy = ContentSecurityPolicy(img_src="*")
    assert policy == ContentSecurityPolicy(img_src=["*"])
    assert hash(policy) == hash(ContentSecurityPolicy(img_src=["*"]))
    assert policy != ContentSecurityPolicy(img_src="'self'")
    assert policy != "img-src *"


def test_repr():
    assert repr(ContentSecurityPolicy(img_src="*")) == "<ContentSecurityPolicy: img-src *>"


def test_it_has_no_attributes_to_set():
    with pytest.raises(AttributeError):
        ContentSecurityPolicy().img_src = "*"


@given(st.lists(st.text(max_size=12), max_size=3), st.sampled_from(["script_src", "sandbox", "report_uri"]))
def test_whatever_is_taken_is_read_as_these_sources(sources, directive):
    try:
        text = str(ContentSecurityPolicy(**{directive: sources, "img_src": "*"}))
    except ValueError:
        return
    first, second = text.split("; ")
    assert second == "img-src *"
    assert first.split() == [directive.replace("_", "-"), *sources]
    assert "," not in text
    assert text.isascii()
    assert text.isprintable()
