"""How long runs of versions take: the last ones of each, and their median, which fair shares and forecasts go by."""

from __future__ import annotations

from server.adapters.database import rows

EVERY_SECONDS = 5
FIRST_SECONDS = 3600
"""How far the first look goes back."""
RUNS = 21


async def measure() -> None:
    """Note how long the runs took that succeeded since the last look; safe to run anywhere at any time."""
    await rows(_MEASURE, EVERY_SECONDS, FIRST_SECONDS, RUNS)


# By the index of ends. What was shared with an equal prediction took no time of a worker
_MEASURE = """
WITH mark AS (
  SELECT coalesce(measured_until, now() - make_interval(secs => $2)) AS since FROM run_count
  WHERE id = 1 AND (measured_until IS NULL OR measured_until < now() - make_interval(secs => $1))
  FOR UPDATE SKIP LOCKED),
ended AS (
  SELECT p.version_id, (p.metrics->>'predict_seconds')::float8 AS seconds,
    row_number() OVER (PARTITION BY p.version_id ORDER BY p.completed_at DESC) AS place
  FROM prediction p, mark
  WHERE NOT p.data_removed AND p.completed_at > mark.since AND p.completed_at <= now() AND p.status = 'succeeded'
    AND jsonb_typeof(p.metrics->'predict_seconds') = 'number' AND coalesce(p.metrics->>'cached', 'false') <> 'true'),
fresh AS (
  SELECT version_id, jsonb_agg(seconds ORDER BY place) AS seconds FROM ended WHERE place <= $3 GROUP BY version_id),
merged AS (
  SELECT v.id, (
    SELECT jsonb_agg(e.value ORDER BY e.place)
    FROM jsonb_array_elements(f.seconds || v.recent_seconds) WITH ORDINALITY AS e(value, place) WHERE e.place <= $3
  ) AS seconds FROM fresh f JOIN version v ON v.id = f.version_id),
measured AS (
  UPDATE version v SET recent_seconds = m.seconds, expected_seconds = (
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY s.value::text::float8)
    FROM jsonb_array_elements(m.seconds) AS s(value))
  FROM merged m WHERE v.id = m.id)
UPDATE run_count r SET measured_until = now() FROM mark WHERE r.id = 1 RETURNING r.id
"""
