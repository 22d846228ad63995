"""Counting in Redis in one step, of which no other process sees half."""

from __future__ import annotations

from hashlib import sha1
from typing import Final

# A counter is a hash: the number of a slice and what was counted in it. Times are microseconds of the clock of Redis,
# less than 2^53, which Lua keeps exactly.
#
# A clock that was set back counts on in the newest slice there is. Set back by more than a window, it begins anew:
# otherwise everybody would wait until it is as late as it was.
#
# KEYS: one for each limit. ARGV: the cost, the number of slices, and of each limit the limit and a slice's length.
# The answer, of each limit: whether there is room, the count, and how long until some, or enough, has left the window.
HIT: Final = b"""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local cost, slices = tonumber(ARGV[1]), tonumber(ARGV[2])
local windows, is_allowed = {}, true

local function by_slice(one, other) return one[1] < other[1] end

for i, key in ipairs(KEYS) do
    local window = {limit = tonumber(ARGV[2 * i + 1]), length = tonumber(ARGV[2 * i + 2]), count = 0}
    local current = math.floor(now / window.length)
    local found, newest = redis.call('HGETALL', key), current
    for j = 1, #found, 2 do newest = math.max(newest, tonumber(found[j])) end
    if newest - current > slices then
        redis.call('DEL', key)
        found = {}
    else
        current = newest
    end
    local kept, old = {}, {}
    for j = 1, #found, 2 do
        local slice, count = tonumber(found[j]), tonumber(found[j + 1])
        if slice < current - slices then
            old[#old + 1] = found[j]
        else
            kept[#kept + 1] = {slice, count}
            window.count = window.count + count
        end
    end
    if #old > 0 then redis.call('HDEL', key, unpack(old)) end
    table.sort(kept, by_slice)
    window.kept, window.current = kept, current
    window.has_room = window.count + cost <= window.limit
    is_allowed = is_allowed and window.has_room
    windows[i] = window
end

local answer = {}
for i, window in ipairs(windows) do
    local function leaves(amount)
        local last = 0
        while amount > 0 do
            last = last + 1
            amount = amount - window.kept[last][2]
        end
        return (window.kept[last][1] + slices + 1) * window.length - now
    end
    local wait = 0
    if not window.has_room then
        wait = cost > window.limit and -1 or leaves(window.count + cost - window.limit)
    end
    if is_allowed and cost > 0 then
        redis.call('HINCRBY', KEYS[i], window.current, ARGV[1])
        redis.call('PEXPIRE', KEYS[i], math.ceil((slices + 2) * window.length / 1000))
        window.count = window.count + cost
        if #window.kept == 0 then window.kept[1] = {window.current, cost} end
    end
    answer[#answer + 1] = window.has_room and 1 or 0
    answer[#answer + 1] = window.count
    answer[#answer + 1] = #window.kept > 0 and leaves(1) or 0
    answer[#answer + 1] = wait
end
return answer
"""

HIT_DIGEST: Final = sha1(HIT, usedforsecurity=False).hexdigest().encode()
