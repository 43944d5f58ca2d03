"""How often models were run: added up once a minute, so that no list counts predictions."""

from __future__ import annotations

from server.adapters.database import rows

LATE_SECONDS = 60
EVERY_SECONDS = 60


async def count() -> None:
    """Add the predictions of the last minutes to their models; safe to run anywhere at any time.

    What is counted is at least LATE_SECONDS old, so that no prediction is still being written that belongs before it.
    """
    await rows(_BEGIN)
    await rows(_COUNT, LATE_SECONDS, EVERY_SECONDS)


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
added AS (UPDATE model m SET runs = m.runs + c.n FROM counted c WHERE m.id = c.model_id)
UPDATE run_count r SET counted_until = mark.until FROM mark WHERE r.id = 1 RETURNING r.id
"""
