"""Values of security headers, checked: browsers drop one that they do not know, and the protection, without a word."""

from __future__ import annotations

import re

_KNOWN = {
    "x-content-type-options": ("nosniff",),
    "x-frame-options": ("DENY", "SAMEORIGIN"),
    "referrer-policy": (
        "no-referrer",
        "no-referrer-when-downgrade",
        "origin",
        "origin-when-cross-origin",
        "same-origin",
        "strict-origin",
        "strict-origin-when-cross-origin",
        "unsafe-url",
    ),
    "cross-origin-opener-policy": (
        "unsafe-none",
        "same-origin-allow-popups",
        "same-origin",
        "noopener-allow-popups",
    ),
    "cross-origin-embedder-policy": ("unsafe-none", "require-corp", "credentialless"),
    "cross-origin-resource-policy": ("same-origin", "same-site", "cross-origin"),
}
# Lists of key and value, as structured fields have them (RFC 9651 section 3.2).
_KEY = r"[ \t]*+[a-z*][a-z0-9_\-.*]*+="
_FEATURE = rf'{_KEY}(?:\*|self|\([^()]*+\)|"[^"]++")(?:;report-to=[^,]++)?[ \t]*+'
_ENDPOINT = rf'{_KEY}"[^"]++"[ \t]*+'
_LISTS = {
    "permissions-policy": (re.compile(f"{_FEATURE}(?:,{_FEATURE})*+"), "camera=(), geolocation=(self)"),
    "reporting-endpoints": (re.compile(f"{_ENDPOINT}(?:,{_ENDPOINT})*+"), 'csp="https://reports.example/csp"'),
}
_MAX_AGE = re.compile(r"max-age=([0-9]{1,10})")
_PRELOAD_AGE = 31_536_000  # seconds, what the preload list asks for


def check_value(header: str, value: str) -> str:
    """``value`` as it is; `ValueError` if it is none that this header can have.

    A list of ``Referrer-Policy`` values may hold several, and a policy across origins may name where to report.

    >>> check_value("x-frame-options", "DENY")
    'DENY'
    """
    if header == "strict-transport-security":
        _check_strict_transport_security(value)
    pattern, example = _LISTS.get(header, (None, ""))
    if pattern is not None and not pattern.fullmatch(value):
        raise ValueError(f"Not a value of {header}: {value!r}. Write it as {example!r}.")
    known = _KNOWN.get(header)
    if known is not None:
        items = value.split(",") if header == "referrer-policy" else [value.partition("; report-to=")[0]]
        if not {item.strip() for item in items}.issubset(known):
            raise ValueError(f"{header} is one of {', '.join(known)}, or None to leave it out, but not {value!r}.")
    return value


def _check_strict_transport_security(value: str) -> None:
    """RFC 6797 section 6.1, and what hstspreload.org asks for."""
    first, *others = [part.strip().lower() for part in value.split(";")]
    max_age = _MAX_AGE.fullmatch(first)
    if max_age is None or len(set(others)) < len(others) or set(others) - {"includesubdomains", "preload"}:
        raise ValueError(
            f"Not a value of strict-transport-security: {value!r}. Write it as 'max-age=63072000', with "
            "'; includeSubDomains' behind it if all subdomains have HTTPS, and '; preload' behind that."
        )
    if "preload" in others and ("includesubdomains" not in others or int(max_age[1]) < _PRELOAD_AGE):
        raise ValueError(f"preload asks for includeSubDomains and a max-age of at least {_PRELOAD_AGE} seconds.")
