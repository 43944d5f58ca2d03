"""Resolvers of reports of models."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.model_reports import (
    CloseModelReportInput,
    CloseModelReportResult,
    ModelReport,
    ModelReportFilter,
    ReportedModel,
    ReportModelInput,
    ReportModelResult,
)
from graph.types.node import After, Before, Connection, First, Last, connection
from server.domain.ids import parse_id
from server.services import model_reports


@strawberry.type
class ModelReportQuery:
    @strawberry.field(description="Reports of models, newest first; administrators only.")
    async def model_reports(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Annotated[  # noqa: A002
            ModelReportFilter | None, strawberry.argument(description="Filter of the list.")
        ] = None,
    ) -> Connection[ModelReport]:
        chosen = filter or ModelReportFilter()
        query = await model_reports.listing(info.context.viewer, is_open=chosen.open, slug=chosen.model)
        return await connection(query, ModelReport.of, first, after, last, before)


@strawberry.type
class ModelReportMutation:
    @strawberry.mutation(
        description="Report a model to the administrators, who alone see that, and by whom. A user has one open report "
        "of a model."
    )
    async def report_model(
        self,
        info: Info,
        input: Annotated[ReportModelInput, strawberry.argument(description="The model, and what is wrong.")],  # noqa: A002
    ) -> ReportModelResult:
        context = info.context
        await model_reports.report(context.rt, context.viewer, input.model, input.reason, input.text)
        return ReportedModel(slug=input.model)

    @strawberry.mutation(description="Close a report of a model. Administrators only.")
    async def close_model_report(
        self,
        info: Info,
        input: Annotated[CloseModelReportInput, strawberry.argument(description="The report.")],  # noqa: A002
    ) -> CloseModelReportResult:
        row = await model_reports.close(info.context.viewer, parse_id(input.id, "ModelReport"), input.note)
        return ModelReport.of(row)
