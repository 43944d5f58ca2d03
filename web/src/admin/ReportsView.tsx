import { useEffect, useState } from "preact/hooks";
import { request } from "../api/client";
import { CloseModelReportDocument, ReportsDocument, type ReportsQuery } from "../api/generated/graphql";
import { say } from "../messages/messages";
import { modelPath } from "../ui/router";
import { moment } from "../ui/units";
import { Paged } from "../api/paged";
import { PagedList } from "./PagedList";

type Row = ReportsQuery["modelReports"]["nodes"][number];

const PAGE = 30;

/** What users reported of models, the open ones or all. */
export function ReportsView() {
  const [isAll, setAll] = useState(false);
  return (
    <>
      <div class="page-head">
        <h1 class="page-title">{say.admin.reports}</h1>
      </div>
      <div class="filters">
        <button type="button" class="segment segment-alone" aria-pressed={isAll} onClick={() => setAll(!isAll)}>
          {say.admin.closedToo}
        </button>
      </div>
      <Reports key={String(isAll)} isAll={isAll} />
    </>
  );
}

function Reports({ isAll }: { isAll: boolean }) {
  const [list] = useState(
    () =>
      new Paged<Row>(
        async (after) =>
          (await request(ReportsDocument, { first: PAGE, after, filter: isAll ? null : { open: true } })).modelReports,
      ),
  );
  useEffect(() => void list.look(), []);
  const close = (event: SubmitEvent, id: string) => {
    event.preventDefault();
    const note = String(new FormData(event.currentTarget as HTMLFormElement).get("note")).trim();
    void list.change(request(CloseModelReportDocument, { input: { id, note: note || null } }));
  };
  return (
    <PagedList list={list} name={say.admin.reports} empty={say.admin.noReports}>
      {(row) => (
        <li key={row.id} class="person" data-report={row.model.slug}>
          <span class="person-who">
            <span>
              <a href={modelPath(row.model.slug)}>{row.model.slug}</a>{" "}
              <strong>{say.admin.reasons[row.reasonCode]}</strong>
            </span>
            {row.text && <span>{row.text}</span>}
            <span class="hint">
              {[
                moment(row.createdAt),
                row.reporter && say.admin.by(row.reporter.handle),
                row.closedAt && say.admin.closedOn(moment(row.closedAt)),
                row.note,
              ]
                .filter(Boolean)
                .join(" · ")}
            </span>
          </span>
          {!row.closedAt && (
            <form class="inline-form" onSubmit={(event) => close(event, row.id)}>
              <input
                class="input"
                name="note"
                aria-label={say.admin.note}
                placeholder={say.admin.note}
                maxLength={2000}
              />
              <button type="submit" class="button">
                {say.admin.close}
              </button>
            </form>
          )}
        </li>
      )}
    </PagedList>
  );
}
