"""The ledger: one line for each prediction that ended, written in the statement that ends it."""

from __future__ import annotations


def unused(ended: str) -> str:
    """The statement that writes the lines of predictions that ended without a run that anybody is charged for.

    `ended` names rows with id, owner, status, model_id, key_id and price_list_id: the CTE of the UPDATE that ended
    them.
    """
    return f"""
INSERT INTO usage (prediction_id, owner, predict_seconds, input_tokens, output_tokens, model_id, key_id, price_list_id,
  created_at)
SELECT id, owner, 0, 0, 0, model_id, key_id, price_list_id, now() FROM {ended}
WHERE status NOT IN ('starting', 'processing')
ORDER BY owner, key_id ON CONFLICT (prediction_id) DO NOTHING"""  # noqa: S608 - constants only
