"""Finding predictions by the words of their inputs and outputs, among the newest of a list."""

from __future__ import annotations

import json
import re
from uuid import UUID

import asyncpg
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from server.adapters.database import rows
from server.domain.storable import is_storable
from server.errors import BadUserInputError, UnavailableError
from server.tables import Prediction

MOST_SEARCHED = 10_000
"""How many predictions of a list are looked at, the newest."""
MOST_MATCHES = 1000
MOST_BYTES, LONGEST_BYTES = 16_000_000, 16_000
"""In the table, perhaps compressed to a hundredth: what they may have together, and an input or output by itself."""
MOST_SECONDS = 5.0
SEARCH_MAX, WORDS_MAX = 200, 10
_SPECIAL = re.compile(r"[\\%_]")


async def search(query: QuerySet[Prediction], text: str) -> list[UUID]:
    """The newest MOST_MATCHES of a list that have each of the words in a text or a number of their input or output.

    Upper and lower case are alike, and a word may be a part of one.

    Raises:
        BadUserInputError: there is no word, or too much.
        UnavailableError: it took too long.
    """
    words = text.split()
    if not words or len(words) > WORDS_MAX or len(text) > SEARCH_MAX or not is_storable(text):
        raise BadUserInputError(f"Search for 1 to {WORDS_MAX} words, of {SEARCH_MAX} characters together.")
    newest = query.only("id", "created_at", "input", "output").order_by("-created_at", "-id").limit(MOST_SEARCHED)
    newest.sql()
    sql, values = newest.query.get_parameterized_sql()
    bounds = (LONGEST_BYTES, MOST_BYTES, MOST_MATCHES)
    names = {name: f"${number}" for number, name in enumerate(("longest", "most", "limit"), len(values) + 1)}
    first = len(values) + len(bounds) + 1
    arrays = [f"ARRAY(SELECT lower(w) FROM unnest(${first + place}::text[]) AS w)" for place in range(len(words))]  # noqa: S608
    has_words = " AND ".join(f"text LIKE ANY ({array})" for array in arrays)
    statement = _SEARCH.format(newest=sql, has_words=has_words, **names)
    try:
        async with in_transaction():
            await rows("SELECT set_config('statement_timeout', $1, true)", str(round(1000 * MOST_SECONDS)))
            matches = await rows(statement, *values, *bounds, *map(_patterns, words))
    except asyncpg.QueryCanceledError:
        message = "The search took too long; narrow it down by a model, a status or a time."
        raise UnavailableError(message) from None
    return [row["id"] for row in matches]


def _patterns(word: str) -> list[str]:
    """What LIKE takes for texts of jsonb that have a word.

    Where PostgreSQL's collation is C, its `lower` knows no letters but those of ASCII: those of others are looked for
    as they are given, in lower case, in upper case, and as a name.
    """
    forms = dict.fromkeys((word, word.lower(), word.upper(), word.capitalize()))
    escaped = (json.dumps(form, ensure_ascii=False)[1:-1] for form in forms)
    return ["%" + _SPECIAL.sub(r"\\\g<0>", text) + "%" for text in escaped]


# Their text as a whole, names included, says of most that they do not match; of the others, values alone count
_VALUES = """jsonb_path_query_array({column}, 'strict $.** ? (@.type() == "string" || @.type() == "number")')"""
_SEARCH = f"""
WITH newest AS ({{newest}}),
sized AS (
  SELECT id, created_at, CASE WHEN pg_column_size(input) <= {{longest}} THEN input END AS input,
    CASE WHEN pg_column_size(output) <= {{longest}} THEN output END AS output,
    sum(least(pg_column_size(input), {{longest}}) + least(coalesce(pg_column_size(output), 0), {{longest}}))
      OVER (ORDER BY created_at DESC, id DESC) AS bytes
  FROM newest),
likely AS MATERIALIZED (
  SELECT id, created_at, input, output FROM (
    SELECT id, created_at, input, output, lower(concat(input::text, ' ', output::text)) AS text
    FROM sized WHERE bytes <= {{most}} OFFSET 0) s
  WHERE {{has_words}})
SELECT id FROM (
  SELECT id, created_at,
    lower(concat({_VALUES.format(column="input")}::text, ' ', {_VALUES.format(column="output")}::text)) AS text
  FROM likely OFFSET 0) l
WHERE {{has_words}} ORDER BY created_at DESC, id DESC LIMIT {{limit}}
"""  # noqa: S608 - constants only
