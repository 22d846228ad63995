"""Which names stand for a secret: of variables, attributes, keys, headers, cookies and parameters."""

from __future__ import annotations

import re
from functools import lru_cache

# These give a secret away wherever they stand in a name that is written without its separators.
_STEMS = re.compile(
    "passw|passphrase|passcode|secret|token|credential|authorization|cookie|signature|private|session|csrf|xsrf|bearer"
    "|jwt|(?:api|access|signing|encryption|ssh|master|license|account|shared|webhook)key|creditcard|cardnumber"
)
# These are too short for that, since "author" has "auth" and "mapping" has "pin": they count as a word of the name.
_WORDS = frozenset(
    {"auth", "oauth", "pass", "pwd", "pw", "pin", "otp", "totp", "sid", "ssn", "cvv", "cvc", "dsn", "hmac", "salt"}
    | {"cred", "creds", "passkey", "apikeys", "mfa", "iban", "dbpass", "dbpassword"}
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_LONGEST_NAME = 200


@lru_cache(maxsize=4096)
def is_secret_name(name: str | bytes) -> bool:
    """Whether what has this name is to be masked, told by the words in it, in whatever case and with any separators.

    >>> [name for name in ("author", "X-Api-Key", "userPassword", "mapping", "PIN", "db_pwd") if is_secret_name(name)]
    ['X-Api-Key', 'userPassword', 'PIN', 'db_pwd']
    """
    text = name.decode("latin-1") if isinstance(name, bytes) else name
    words = [word.lower() for word in _WORD.findall(text[:_LONGEST_NAME])]
    return not _WORDS.isdisjoint(words) or _STEMS.search("".join(words)) is not None
