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


# Messages of one room, one after another. What may have been sent before comes with the id of the process: then the
# newest of its messages that is kept tells which of them Redis has already. They are told by the head of a `Payload`.
#
# The stream keeps the last ones without a gap: all are added, if only to be removed at once, as it counts the ids.
#
# If the memory is full, messages go on, but are not kept. Nor is what was kept before, as nothing would tell that it
# does not reach as far as the last message; and without the mark, nobody takes the lack of a stream for silence.
PUBLISH: Final = Script("""
local known = 0
if ARGV[4] ~= '' then
    for _, entry in ipairs(redis.call('XREVRANGE', KEYS[1], '+', '-')) do
        if string.sub(entry[2][2], 10, 17) == ARGV[4] then
            for i = 2, 9 do known = known * 256 + string.byte(entry[2][2], i) end
            break
        end
    end
end
local now
for i = 5, #ARGV, 3 do
    if tonumber(ARGV[i]) > known then
        local id = not now and redis.pcall('XADD', KEYS[1], 'MAXLEN', ARGV[i + 1], '*', 'm', ARGV[i + 2])
        if type(id) == 'table' then
            if not string.find(id.err, 'OOM') then return id end
            redis.call('DEL', KEYS[1], ARGV[3])
            now = redis.call('TIME')
        end
        if now then id = string.format('%s%03d-%d', now[1], math.floor(now[2] / 1000), now[2] % 1000 * 1000 + i) end
        redis.call('PUBLISH', ARGV[2], id .. ' ' .. ARGV[i + 2])
    end
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return now and 0 or 1
""")

# Gives messages, the newest first: those from ``first`` on, at most so many and so many bytes; and whether that is all.
NEWEST: Final = """
local function newest(first, most, most_bytes)
    local entries = redis.call('XREVRANGE', KEYS[1], '+', first, 'COUNT', most + 1)
    local found, size = {}, 0
    for i = 1, math.min(most, #entries) do
        size = size + #entries[i][2][2]
        if size > tonumber(most_bytes) and i > 1 then break end
        found[i] = {entries[i][1], entries[i][2][2]}
    end
    return found, #found == #entries
end
"""

# The id of the last message of a room, whether it is certain that nothing is missing, and the messages after the one
# that was seen. A stream that is behind what was seen is another one: Redis has lost the first.
#
# Nothing is missing after a message that is still kept, or was the last. If there is no stream, or one from which
# nothing was removed yet, Redis must not have forgotten anything meanwhile: then both marks are there, and the same.
CATCH_UP: Final = Script(
    NEWEST
    + """
local mark = redis.pcall('GET', ARGV[4])
local is_same = type(mark) == 'string' and mark == redis.pcall('GET', ARGV[5])
if redis.call('TYPE', KEYS[1]).ok ~= 'stream' then return {'0-0', is_same and 1 or 0, {}} end
local answer, info = redis.call('XINFO', 'STREAM', KEYS[1]), {}
for i = 1, #answer, 2 do info[answer[i]] = answer[i + 1] end
local seen, last = ARGV[1], info['last-generated-id']
if seen == '' then return {last, 0, {}} end
local seen_time, seen_count = string.match(seen, '^(%d+)-(%d+)$')
local last_time, last_count = string.match(last, '^(%d+)-(%d+)$')
local first = '(' .. seen
if tonumber(last_time) < tonumber(seen_time)
    or (last_time == seen_time and tonumber(last_count) < tonumber(seen_count)) then first = '-' end
local is_known = last == seen or #redis.call('XRANGE', KEYS[1], seen, seen) > 0
    or (is_same and info['entries-added'] == info['length'])
local found, is_all = newest(first, tonumber(ARGV[2]), ARGV[3])
return {last, is_known and is_all and 1 or 0, found}
"""
)

# Two marks, the same for all processes and that of this one: says that this process has missed nothing until now. They
# expire no later than what is published from now on, and the first one goes when Redis forgets something.
MARK: Final = Script("""
redis.pcall('SET', ARGV[1], ARGV[3], 'NX', 'EX', ARGV[4])
redis.pcall('EXPIRE', ARGV[1], ARGV[4])
local mark = redis.pcall('GET', ARGV[1])
if type(mark) == 'string' then redis.pcall('SET', ARGV[2], mark, 'EX', ARGV[4]) end
return 1
""")

# The last messages, the newest first; or those after one, and whether that one is still there. And whether that is all.
HISTORY: Final = Script(
    NEWEST
    + """
if redis.call('TYPE', KEYS[1]).ok ~= 'stream' then return {0, 1, {}} end
local is_known = ARGV[2] ~= '' and #redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2]) > 0
local found, is_all = newest(is_known and '(' .. ARGV[2] or '-', tonumber(ARGV[1]), ARGV[3])
return {is_known and 1 or 0, is_all and 1 or 0, found}
"""
)

# Members of one process: what has changed, or with '1' all there are. The expiry makes those of a crashed one vanish;
# the set of processes must live as long as the process with the longest. If the memory is full, nobody is added.
PRESENCE: Final = Script("""
local is_full = false
if #ARGV > 3 then
    local answer = redis.pcall('SADD', KEYS[1], ARGV[1])
    is_full = type(answer) == 'table'
    if is_full and not string.find(answer.err, 'OOM') then return answer end
end
if ARGV[3] == '1' and not is_full then redis.call('DEL', KEYS[2]) end
for i = 4, #ARGV, 3 do
    if ARGV[i] == '-' then
        redis.call('HDEL', KEYS[2], ARGV[i + 1])
    elseif not is_full then
        redis.call('HSET', KEYS[2], ARGV[i + 1], ARGV[i + 2])
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
return is_full and -1 or count
""")

# The members of all processes but one, at most so many bytes of them.
MEMBERS: Final = Script("""
local found, size = {}, 0
for _, process in ipairs(redis.call('SMEMBERS', KEYS[1])) do
    if process ~= ARGV[1] then
        local infos = redis.call('HVALS', ARGV[2] .. process)
        if #infos == 0 then redis.call('SREM', KEYS[1], process) end
        for _, info in ipairs(infos) do
            size = size + #info
            if size > tonumber(ARGV[3]) then return found end
            found[#found + 1] = info
        end
    end
end
return found
""")

ALL: Final = (PUBLISH, CATCH_UP, MARK, HISTORY, PRESENCE, MEMBERS)
