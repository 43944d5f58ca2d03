import { batch, signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { request } from "../api/client";
import { OwnerPageDocument, type ModelOrderField, type OwnerPageQuery } from "../api/generated/graphql";
import { passingProblem, type Problem } from "../api/problems";
import { signedIn } from "../api/session";
import { Card, type ModelCard } from "../cards/Card";
import { say } from "../messages/messages";
import { runs } from "../markdown/first_words";
import type { Account } from "../session/account";
import { Callout } from "../ui/Callout";
import type { Route } from "../ui/router";
import { moment } from "../ui/units";

const PAGE = 24;

/** Who made models, what came of them, and all of them that the reader may see. */
export function OwnerPage({ account, route }: { account: Account; route: Route }) {
  const handle = route.page === "owner" ? route.handle : "";
  const [list] = useState(() => new OwnedModels());
  const [order, setOrder] = useState<ModelOrderField>("CREATED_AT");
  const isIn = signedIn.value;
  useEffect(() => void list.open(handle, order), [handle, order, isIn]);
  const words = say.owner;
  const owner = list.owner.value;
  const isSelf = isIn && account.handle.value === handle;
  if (list.isMissing.value) {
    return (
      <div class="stage">
        <h1 class="stage-title">{words.missing(handle)}</h1>
        <p>{words.missingDetail}</p>
        <a class="button" href="/">
          {words.allModels}
        </a>
      </div>
    );
  }
  return (
    <div class="gallery">
      <div class="page-head">
        <div class="page-line">
          <h1 class="page-title">{handle}</h1>
          {isSelf && account.mayAddModels.value && (
            <a class="button page-action" href="/new">
              {say.gallery.add}
            </a>
          )}
        </div>
        {owner && (
          <ul class="facts">
            <li>{words.models(owner.modelCount)}</li>
            {owner.starCount > 0 && <li>{say.gallery.stars(owner.starCount)}</li>}
            {Number(owner.runCount) > 0 && <li>{runs(owner.runCount)}</li>}
            <li>{words.since(moment(owner.user.createdAt))}</li>
          </ul>
        )}
      </div>
      {list.problem.value && <Callout problem={list.problem.value} />}
      {owner && owner.modelCount > 1 && (
        <div class="filters">
          <label class="pick">
            <span class="hint">{say.gallery.order}</span>
            <select
              class="input"
              value={order}
              onChange={(event) => setOrder(event.currentTarget.value as ModelOrderField)}
            >
              <option value="CREATED_AT">{say.gallery.bestOrder}</option>
              {Object.entries(say.gallery.orders).map(([value, title]) => (
                <option key={value} value={value}>
                  {title}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      {owner && owner.modelCount === 0 && <p class="hint">{words.none}</p>}
      <ul class="cards">
        {list.models.value.map((model) => (
          <Card key={model.id} model={model} />
        ))}
      </ul>
      {list.end.value !== null && (
        <button type="button" class="button more" onClick={() => void list.more()}>
          {say.gallery.more}
        </button>
      )}
    </div>
  );
}

class OwnedModels {
  readonly owner = signal<OwnerPageQuery["owner"]>(null);
  readonly models = signal<readonly ModelCard[]>([]);
  readonly end = signal<string | null>(null);
  readonly problem = signal<Problem | null>(null);
  readonly isMissing = signal(false);

  #handle = "";
  #order: ModelOrderField = "CREATED_AT";
  #turn = 0;

  async open(handle: string, order: ModelOrderField): Promise<void> {
    if (handle !== this.#handle) this.owner.value = null;
    this.#handle = handle;
    this.#order = order;
    await this.#ask(null);
  }

  async more(): Promise<void> {
    if (this.end.value !== null) await this.#ask(this.end.value);
  }

  async #ask(after: string | null): Promise<void> {
    const turn = ++this.#turn;
    const direction = this.#order === "NAME" ? ("ASC" as const) : ("DESC" as const);
    const variables = { handle: this.#handle, first: PAGE, after, orderBy: { field: this.#order, direction } };
    try {
      const { owner } = await request(OwnerPageDocument, variables);
      if (turn !== this.#turn) return;
      batch(() => {
        this.isMissing.value = owner === null;
        this.problem.value = null;
        this.owner.value = owner;
        const nodes = owner?.models.nodes ?? [];
        this.models.value = after === null ? nodes : [...this.models.value, ...nodes];
        this.end.value = owner?.models.pageInfo.hasNextPage ? owner.models.pageInfo.endCursor : null;
      });
    } catch (error) {
      if (turn === this.#turn) this.problem.value = passingProblem(error);
    }
  }
}
