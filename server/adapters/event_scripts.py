"""What Redis does at one instant with the keys of a prediction; `server.adapters.event_log` says which those are."""

from __future__ import annotations

from server.adapters.redis_calls import Script

APPEND = Script(r"""
local attempt = tonumber(ARGV[1])
local held = redis.call('HMGET', KEYS[1], 'attempt', 'seq', 'epoch')
local old = tonumber(held[1] or '-1')
if old > attempt then return {-1} end
local seq, epoch = tonumber(held[2] or '0'), held[3] or ''
-- the reply to this very batch was lost: it is here already
if epoch == ARGV[2] and seq > tonumber(ARGV[3]) then return {seq, epoch} end
if old < attempt or not held[3] then
  if ARGV[4] ~= '1' then return {-2} end
  epoch = ARGV[2]
  seq = math.max(seq, tonumber(ARGV[3]))
  redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6])
  redis.call('HDEL', KEYS[1], 'progress', 'preview')
end
for i = 9, #ARGV, 7 do
  seq = seq + 1
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[6], seq .. '-0', 'e', ARGV[i])
  if ARGV[i + 1] ~= '' then redis.call('APPEND', KEYS[3], ARGV[i + 1]) end
  if ARGV[i + 2] ~= '' then redis.call('APPEND', KEYS[4], ARGV[i + 2]) end
  if ARGV[i + 3] ~= '' then redis.call('HSET', KEYS[1], 'progress', ARGV[i + 3]) end
  for piece in string.gmatch(ARGV[i + 4], '[^\30]+') do redis.call('RPUSH', KEYS[5], piece) end
  if ARGV[i + 5] ~= '' then
    redis.call('SET', KEYS[6], ARGV[i + 5])
    redis.call('HSET', KEYS[1], 'preview', ARGV[i + 6])
  end
end
redis.call('HSET', KEYS[1], 'attempt', attempt, 'epoch', epoch, 'seq', seq)
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[5]) end
redis.call('PUBLISH', ARGV[7], ARGV[8] == '' and seq or seq .. ' ' .. ARGV[8])
return {seq, epoch}
""")
READ = Script("""
local held = redis.call('HMGET', KEYS[1], 'epoch', 'seq')
if not held[1] then return {} end
local entries = redis.call('XRANGE', KEYS[2], ARGV[1], '+', 'COUNT', ARGV[2])
return {held[1], held[2], entries, redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)}
""")
LIVE = Script("""
local held = redis.call('HMGET', KEYS[1], 'attempt', 'epoch', 'seq', 'progress', 'preview')
if not held[2] then return {} end
return {held, redis.call('GET', KEYS[2]), redis.call('GET', KEYS[3]), redis.call('LRANGE', KEYS[4], 0, -1)}
""")
END = Script("""
redis.call('DEL', KEYS[6])
redis.call('HDEL', KEYS[1], 'preview')
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[1]) end
""")
