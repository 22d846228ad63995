"""What Redis does in one step. It runs a script alone, so no other process sees half of one.

Each is loaded when a connection begins and then called by its digest.
"""

from __future__ import annotations

from hashlib import sha1
from typing import Final


class Script:
    """A script in Lua."""

    def __init__(self, source: str) -> None:
        self.source = source.encode()
        self.digest = sha1(self.source, usedforsecurity=False).hexdigest().encode()


# A batch may be sent twice, where the answer to it was lost. So a number that is not above the last one is passed over.
# If something in a batch fails, what comes after it in the same room must fail as well, or else the repetition would be
# passed over: each message names the one before it.
#
# Without history the stream still counts the ids, which then grow whatever the clock does.
PUBLISH: Final = Script("""
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
if tonumber(ARGV[1]) <= last then return 0 end
if tonumber(ARGV[2]) > last then return redis.error_reply('GAP the message before this one is missing') end
local keep = tonumber(ARGV[3])
local id
if keep > 0 then
    id = redis.call('XADD', KEYS[1], 'MAXLEN', keep, '*', 'm', ARGV[7])
else
    id = redis.call('XADD', KEYS[1], '*', 'm', '')
    redis.call('XDEL', KEYS[1], id)
end
redis.call('EXPIRE', KEYS[1], redis.call('XLEN', KEYS[1]) > 0 and ARGV[4] or ARGV[5])
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[5])
redis.call('PUBLISH', ARGV[6], id .. ' ' .. ARGV[7])
return 1
""")

# The messages of a room after the last one that was seen, at most so many and so many bytes of them, the newest first,
# and the last id of all. A stream that is behind what was seen is another one: Redis has lost the first.
CATCH_UP: Final = Script("""
if redis.call('TYPE', KEYS[1]).ok ~= 'stream' then return {'0-0', {}} end
local last = '0-0'
local info = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1] end
end
local found = {}
if ARGV[1] == '' then return {last, found} end
local seen_time, seen_count = string.match(ARGV[1], '^(%d+)-(%d+)$')
local last_time, last_count = string.match(last, '^(%d+)-(%d+)$')
local first = '(' .. ARGV[1]
if tonumber(last_time) < tonumber(seen_time)
    or (last_time == seen_time and tonumber(last_count) < tonumber(seen_count)) then first = '-' end
local entries = redis.call('XREVRANGE', KEYS[1], '+', first, 'COUNT', ARGV[2])
local size = 0
for i, entry in ipairs(entries) do
    size = size + #entry[2][2]
    if size > tonumber(ARGV[3]) and i > 1 then break end
    found[i] = {entry[1], entry[2][2]}
end
return {last, found}
""")

# The last messages, the newest first; or those after one, and whether that one is still there. And whether there were
# more than so many, and whether they were more than so many bytes.
HISTORY: Final = Script("""
if redis.call('TYPE', KEYS[1]).ok ~= 'stream' then return {0, 0, 0, {}} end
local first, is_known = '-', 0
if ARGV[2] ~= '' and #redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2]) > 0 then
    first, is_known = '(' .. ARGV[2], 1
end
local count = tonumber(ARGV[1])
local entries = redis.call('XREVRANGE', KEYS[1], '+', first, 'COUNT', count + 1)
local found, size, is_cut = {}, 0, 0
for i = 1, math.min(count, #entries) do
    size = size + #entries[i][2][2]
    if size > tonumber(ARGV[3]) and i > 1 then
        is_cut = 1
        break
    end
    found[i] = {entries[i][1], entries[i][2][2]}
end
return {is_known, #entries > count and 1 or 0, is_cut, found}
""")

# Members of one process: what has changed, or with '1' all there are. The expiry makes those of a crashed one vanish;
# the set of processes must live as long as the process with the longest.
PRESENCE: Final = Script("""
if ARGV[3] == '1' then redis.call('DEL', KEYS[2]) end
for i = 4, #ARGV, 3 do
    if ARGV[i] == '+' then
        redis.call('HSET', KEYS[2], ARGV[i + 1], ARGV[i + 2])
    else
        redis.call('HDEL', KEYS[2], ARGV[i + 1])
    end
end
local count = redis.call('HLEN', KEYS[2])
if count == 0 then
    redis.call('SREM', KEYS[1], ARGV[1])
else
    redis.call('PEXPIRE', KEYS[2], ARGV[2])
    redis.call('SADD', KEYS[1], ARGV[1])
    if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
end
return count
""")

# The members of all processes but one.
MEMBERS: Final = Script("""
local found = {}
for _, process in ipairs(redis.call('SMEMBERS', KEYS[1])) do
    if process ~= ARGV[1] then
        local infos = redis.call('HVALS', ARGV[2] .. process)
        if #infos == 0 then redis.call('SREM', KEYS[1], process) end
        for _, info in ipairs(infos) do found[#found + 1] = info end
    end
end
return found
""")

ALL: Final = (PUBLISH, CATCH_UP, HISTORY, PRESENCE, MEMBERS)
