"""Finding models by words: in names, tags and descriptions, by stems, by beginnings, and past misspellings."""

from __future__ import annotations

import re
from uuid import UUID

from server.adapters.database import rows
from server.domain.accounts import Viewer
from server.tables.models import VISIBLE

MOST_MATCHES = 200
"""How many models a search gives at most; the best ones."""
SEARCH_MAX = 200
"""Characters of a search that count."""
ALIKE = 0.4
"""Part of the letter groups of a misspelled search that a model's name and tags must have."""
# As PostgreSQL's parser parts them, but for underscores
_WORD = re.compile(r"[^\W_]+")


async def search(viewer: Viewer, text: str) -> dict[UUID, float]:
    """How well models suit a search: of those that the viewer may know of, the best MOST_MATCHES, by id.

    What has the words comes; only where nothing has them, what is written nearly so. A text without words is looked for
    as it stands.
    """
    text = text[:SEARCH_MAX].strip()
    words = _WORD.findall(text.lower())
    who = (viewer.is_admin, viewer.user_id, MOST_MATCHES)
    if not words:
        matches = await rows(_BY_TEXT, *who, text)
    else:
        (query,) = await rows(_QUERY, text, " ".join(words[:-1]), words[-1])
        matches = await rows(_BY_WORDS, *who, text, query["query"])
        matches = matches or await rows(_ALIKE, *who, " ".join(words), ALIKE)
    return {row["id"]: row["relevance"] for row in matches}


_BEST = "ORDER BY relevance DESC, id DESC LIMIT $3"
_BY_TEXT = f"""
SELECT m.id, 0::float8 AS relevance FROM model m
WHERE {VISIBLE} AND (strpos(m.name, $4::text) > 0 OR strpos(m.description, $4) > 0) {_BEST}
"""  # noqa: S608 - constants only
# The last word may not be written to its end yet. A name that has the text, and one that is it, go before all else;
# then weights decide: a word of the name before one of the tags, and this before one of the description, of which all
# are alike: to rank them each would be read
_BY_WORDS = f"""
WITH found AS (
  SELECT t.model_id, ts_rank('{{0, 0, 0.4, 1}}', t.titles, $5::text::tsquery) AS rank
  FROM model_text t WHERE t.document @@ $5::text::tsquery
  UNION ALL
  SELECT m.id, 0 FROM model m WHERE strpos(m.name, lower($4::text)) > 0)
SELECT m.id,
  max(CASE WHEN m.name = lower($4) THEN 4 WHEN strpos(m.name, lower($4)) > 0 THEN 2 ELSE 0 END + f.rank)::float8
  AS relevance
FROM found f JOIN model m ON m.id = f.model_id WHERE {VISIBLE} GROUP BY m.id {_BEST}
"""  # noqa: S608 - constants only
# Read before, so that the planner knows which words there are, and how seldom
_QUERY = """
SELECT (websearch_to_tsquery('english', $1::text) || (plainto_tsquery('english', $2::text)
  && (to_tsquery('simple', $3::text || ':*') || to_tsquery('english', $3 || ':*'))))::text AS query
"""
# Pairs of letters, and the first letter of a word, are in very many names, so that the other triples alone say which
# rows to rank: what shares none of them, not even those of the edges of words, is written otherwise than nearly so.
# Of words without places each of which may be there, the rank is their part times 6 / pi^2 (calc_rank_or in tsrank.c)
_ALIKE = f"""
WITH q AS MATERIALIZED (
  SELECT string_agg(quote_literal(gram), ' | ')::tsquery AS grams,
    (string_agg(quote_literal(gram), ' | ') FILTER (WHERE length(gram) = 3 AND left(gram, 2) <> '  '))::tsquery
      AS triples
  FROM unnest(model_grams($4::text)) AS gram),
alike AS (
  SELECT t.model_id, ts_rank('{{1, 1, 1, 1}}', t.grams, q.grams)::float8 * 1.644934 AS relevance
  FROM q JOIN model_text t ON t.grams @@ q.triples)
SELECT m.id, a.relevance FROM alike a JOIN model m ON m.id = a.model_id
WHERE a.relevance >= $5::float8 AND {VISIBLE} {_BEST}
"""  # noqa: S608 - constants only
