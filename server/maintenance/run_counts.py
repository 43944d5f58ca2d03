"""How often models were run, and by how many lately: added up once a minute, so that no list counts predictions.

A model's trend is the number of users who ran it on each of the last TREND_DAYS days, today being one, where a day
counts half as much as the one HALF_LIFE_DAYS later. A user counts once a day for a model, however often they run it;
its owner does not count, nor do callers without an account, of whom nobody can tell how many they are.
"""

from __future__ import annotations

from server.adapters.database import rows

LATE_SECONDS = 60
EVERY_SECONDS = 60
TREND_DAYS = 7
HALF_LIFE_DAYS = 2


async def count() -> None:
    """Add the predictions of the last minutes to their models; safe to run anywhere at any time.

    What is counted is at least LATE_SECONDS old, so that no prediction is still being written that belongs before it.
    """
    await rows(_BEGIN)
    if await rows(_COUNT, LATE_SECONDS, EVERY_SECONDS, TREND_DAYS):
        await rows(_TREND, TREND_DAYS, HALF_LIFE_DAYS)
        for table in ("model_caller", "model_day"):
            await rows(_FORGET.format(table=table), TREND_DAYS)


_BEGIN = """
INSERT INTO run_count (id, counted_until) VALUES (1, '-infinity') ON CONFLICT (id) DO NOTHING RETURNING id
"""
# A prediction that was deleted meanwhile ran too
_COUNT = """
WITH mark AS (
  SELECT counted_until, now() - make_interval(secs => $1) AS until FROM run_count
  WHERE id = 1 AND counted_until < now() - make_interval(secs => $1 + $2) FOR UPDATE SKIP LOCKED),
counted AS (
  SELECT model_id, sum(n) AS n FROM (
    SELECT p.model_id, count(*) AS n FROM prediction p, mark
    WHERE p.created_at > mark.counted_until AND p.created_at <= mark.until GROUP BY p.model_id
    UNION ALL
    SELECT d.model_id, count(*) AS n FROM deletion d, mark
    WHERE d.created_at > mark.counted_until AND d.created_at <= mark.until GROUP BY d.model_id) c
  GROUP BY model_id),
added AS (UPDATE model m SET runs = m.runs + c.n FROM counted c WHERE m.id = c.model_id),
callers AS (
  INSERT INTO model_caller (id, model_id, user_id, day)
  SELECT gen_random_uuid(), c.model_id, c.user_id, c.day FROM (
    SELECT DISTINCT p.model_id, p.user_id, (p.created_at AT TIME ZONE 'UTC')::date AS day
    FROM mark JOIN prediction p ON p.created_at <= mark.until
      AND p.created_at > greatest(mark.counted_until, mark.until - make_interval(days => $3))
    JOIN model m ON m.id = p.model_id AND m.owner_id <> p.user_id) c
  ORDER BY c.day, c.model_id, c.user_id ON CONFLICT DO NOTHING RETURNING model_id, day),
days AS (
  INSERT INTO model_day (id, model_id, day, callers)
  SELECT gen_random_uuid(), model_id, day, count(*) FROM callers GROUP BY model_id, day
  ON CONFLICT (model_id, day) DO UPDATE SET callers = model_day.callers + excluded.callers)
UPDATE run_count r SET counted_until = mark.until FROM mark WHERE r.id = 1 RETURNING r.id
"""
# From at most TREND_DAYS rows of each model, however often it ran. Rounded, so that a row whose trend stays is not
# written; predictions are accepted meanwhile
_TREND = """
WITH today AS (SELECT (now() AT TIME ZONE 'UTC')::date AS day),
scores AS (
  SELECT d.model_id, round(sum(d.callers * 0.5 ^ ((today.day - d.day)::float8 / $2))::numeric, 4)::float8 AS trend
  FROM model_day d, today WHERE d.day > today.day - $1::int GROUP BY d.model_id),
changed AS (
  SELECT m.id, coalesce(s.trend, 0) AS trend FROM model m LEFT JOIN scores s ON s.model_id = m.id
  WHERE m.trend <> coalesce(s.trend, 0) ORDER BY m.id FOR NO KEY UPDATE OF m)
UPDATE model m SET trend = c.trend FROM changed c WHERE m.id = c.id RETURNING m.id
"""
_FORGET = "DELETE FROM {table} WHERE day <= (now() AT TIME ZONE 'UTC')::date - $1::int RETURNING id"
