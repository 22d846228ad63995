"""What is done to a session in Redis: each in one step, of which no other process sees half."""

from __future__ import annotations

from hashlib import sha1
from typing import Final, NamedTuple


class SessionScript(NamedTuple):
    """A script in Lua. Its answer is a list that begins with its first key, so that it is known whose answer it is."""

    source: bytes
    digest: bytes


def session_script(source: bytes) -> SessionScript:
    """A script, and the digest by which Redis knows it.

    >>> session_script(b"return KEYS").digest
    b'd3ed5fff0309732dcbcea78573fd99627f2feee9'
    """
    return SessionScript(source, sha1(source, usedforsecurity=False).hexdigest().encode())


# A session is a hash with a field for each entry, and this one besides: a hash without fields would not be there at
# all. No entry has this name, as no text is this byte in UTF-8.
KEPT: Final = b"\xff"

# The milliseconds that are left, and names and values in turn; nothing if there is no such session.
READ: Final = session_script(b"""
local left = redis.call('PTTL', KEYS[1])
if left == -2 then return {KEYS[1]} end
return {KEYS[1], left, redis.call('HGETALL', KEYS[1])}
""")

# Redis that is out of memory refuses the first command that needs some, and what follows it not: so what is written
# goes first, and is refused as a whole.
#
# ARGV: for how many milliseconds, then names and values in turn.
CREATE: Final = session_script(b"""
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('DEL', KEYS[1]) end
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return {KEYS[1]}
""")

# KEYS: the session, and the key that it gets, if it gets another. ARGV: for how many milliseconds, how many entries are
# removed, their names, then names and values in turn. The answer is whether the session is there.
#
# Where it is under the new key already, this was carried out before, and the answer was lost: nobody else knows that
# key.
UPDATE: Final = session_script(b"""
local key, new_key, removed = KEYS[1], KEYS[2], tonumber(ARGV[2])
if redis.call('EXISTS', key) == 0 then
    return {KEYS[1], new_key and redis.call('EXISTS', new_key) or 0}
end
for i = 3 + removed, #ARGV, 2 do redis.call('HSET', key, ARGV[i], ARGV[i + 1]) end
for i = 3, 2 + removed do redis.call('HDEL', key, ARGV[i]) end
if new_key then
    redis.call('RENAME', key, new_key)
    key = new_key
end
redis.call('PEXPIRE', key, ARGV[1])
return {KEYS[1], 1}
""")

# The answer is whether it was there.
DELETE: Final = session_script(b"return {KEYS[1], redis.call('DEL', KEYS[1])}")
