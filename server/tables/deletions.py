"""The rows of deleted predictions, which say what to remove behind them and what their batches are to remember."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model as Row

from server.tables.indexes import LiveIndex, UniqueLiveIndex

REQUESTED = "deleted_at IS NULL"
WITH_FILES = "deleted_at IS NOT NULL AND files_removed_at IS NULL"
ITEMS = "batch_id IS NOT NULL"


class Deletion(Row):
    """A prediction that was deleted, or will be once it has ended: nothing of what it took or gave.

    Its own row is gone since `deleted_at`, and its files since `files_removed_at`. The rest says where it counts: the
    runs of its model by `created_at`, and its batch, with its place there and how it ended.
    """

    prediction_id = fields.UUIDField(primary_key=True)
    requested_at = fields.DatetimeField()
    deleted_at = fields.DatetimeField(null=True)
    files_removed_at = fields.DatetimeField(null=True)
    model_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField(null=True)
    status = fields.CharField(max_length=10, null=True)
    batch_id = fields.UUIDField(null=True)
    batch_index = fields.IntField(null=True)
    batch_key = fields.CharField(max_length=512, null=True)

    class Meta:
        """Table options."""

        table = "deletion"
        indexes = (
            LiveIndex(fields=("requested_at",), name="deletion_requested", where=REQUESTED),
            LiveIndex(fields=("deleted_at",), name="deletion_files", where=WITH_FILES),
            LiveIndex(fields=("created_at",), name="deletion_runs", where="created_at IS NOT NULL"),
            LiveIndex(fields=("deleted_at",), name="deletion_old", where="files_removed_at IS NOT NULL"),
            UniqueLiveIndex(fields=("batch_id", "batch_index"), name="deletion_batch", where=ITEMS),
        )
        constraints = (
            CheckConstraint(
                name="deletion_order",
                check="deleted_at IS NOT NULL OR (files_removed_at IS NULL AND model_id IS NULL AND batch_id IS NULL)",
            ),
        )
