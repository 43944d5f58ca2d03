import { useEffect } from "preact/hooks";
import type { ModelKind } from "../api/generated/graphql";
import { signedIn } from "../api/session";
import { Callout } from "../ui/Callout";
import { SearchIcon } from "../ui/icons";
import { amend, query } from "../ui/router";
import type { Account } from "../session/account";
import { Card, CardPlaceholder } from "./Card";
import type { Gallery } from "./gallery";
import { kindName, KINDS } from "../ui/kinds";

const TYPING_MS = 200;

interface Props {
  gallery: Gallery;
  account: Account;
}

/** All models, and those looked for; what is looked for stands in the address. */
export function GalleryPage({ gallery, account }: Props) {
  const { search, kind, mine, tag } = wanted();
  const owner = mine ? account.handle.value : null;
  const isIn = signedIn.value;
  useEffect(() => {
    // whose models are looked for is known once the account is
    if (mine && owner === null) return;
    const isFirst = gallery.models.value === null;
    const timer = setTimeout(() => void gallery.look({ search, kind, owner, tag }), isFirst ? 0 : TYPING_MS);
    return () => clearTimeout(timer);
  }, [search, kind, mine, owner, tag, isIn]);
  useEffect(() => () => gallery.rest(), []);

  return (
    <div class="gallery">
      <div class="page-head">
        <h1 class="page-title">Models</h1>
        <p class="hint">Public models and your own. Pick one, run it, and watch it work.</p>
      </div>
      <Filters search={search} kind={kind} mine={mine} tag={tag} />
      <Results
        gallery={gallery}
        account={account}
        isNarrowed={search !== "" || kind !== null || mine || tag !== null}
      />
    </div>
  );
}

interface Looked {
  search: string;
  kind: ModelKind | null;
  mine: boolean;
  tag: string | null;
}

function wanted(): Looked {
  const kind = KINDS.find((name) => name === query.value.get("kind"));
  return {
    search: query.value.get("q") ?? "",
    kind: kind ?? null,
    mine: signedIn.value && query.value.has("mine"),
    tag: query.value.get("tag"),
  };
}

function Filters({ search, kind, mine, tag }: Looked) {
  const kinds: (readonly [ModelKind | null, string])[] = [
    [null, "All"],
    ...KINDS.map((one) => [one, kindName(one)] as const),
  ];
  return (
    <search class="filters">
      <div class="search">
        <SearchIcon />
        <input
          id="search"
          type="search"
          class="input"
          placeholder="Search models"
          aria-label="Search models"
          aria-keyshortcuts="/"
          autocomplete="off"
          value={search}
          onInput={(event) => amend({ q: event.currentTarget.value })}
        />
        <kbd aria-hidden="true">/</kbd>
      </div>
      <div class="segments" role="group" aria-label="Kind of model">
        {kinds.map(([value, name]) => (
          <button
            key={name}
            type="button"
            class="segment"
            aria-pressed={kind === value}
            onClick={() => amend({ kind: value })}
          >
            {name}
          </button>
        ))}
      </div>
      {signedIn.value && (
        <button
          type="button"
          class="segment segment-alone"
          aria-pressed={mine}
          onClick={() => amend({ mine: mine ? null : "1" })}
        >
          Mine
        </button>
      )}
      {tag !== null && (
        <button type="button" class="segment segment-alone" onClick={() => amend({ tag: null })}>
          {tag} <span aria-hidden="true">×</span>
          <span class="visually-hidden">, show other tags too</span>
        </button>
      )}
    </search>
  );
}

function Results({ gallery, account, isNarrowed }: Props & { isNarrowed: boolean }) {
  const models = gallery.models.value;
  const problem = gallery.problem.value;
  if (models === null && problem) {
    return (
      <div class="stage">
        <Callout problem={problem} />
      </div>
    );
  }
  if (models === null) {
    return (
      <div class="cards" aria-busy="true" role="status" aria-label="Loading models">
        {Array.from({ length: 6 }, (_, index) => (
          <CardPlaceholder key={index} />
        ))}
      </div>
    );
  }
  return (
    <>
      {problem && <Callout problem={problem} />}
      <p class="visually-hidden" role="status">
        {gallery.busy.value ? "" : `${models.length}${gallery.hasMore.value ? " or more" : ""} models`}
      </p>
      {models.length > 0 ? (
        <ul class="cards" aria-busy={gallery.busy.value}>
          {models.map((model) => (
            <Card key={model.id} model={model} />
          ))}
        </ul>
      ) : (
        <Nothing isNarrowed={isNarrowed} mayAdd={account.mayAddModels.value} />
      )}
      {gallery.hasMore.value && (
        <button type="button" class="button more" onClick={() => void gallery.more()}>
          Show more
        </button>
      )}
    </>
  );
}

function Nothing({ isNarrowed, mayAdd }: { isNarrowed: boolean; mayAdd: boolean }) {
  if (isNarrowed) {
    return (
      <div class="stage">
        <h2 class="stage-title">No matching model</h2>
        <p>Names and descriptions are searched. Private models are shown to their owners only.</p>
        <p>
          <a class="button" href="/">
            Show all
          </a>
        </p>
      </div>
    );
  }
  return (
    <div class="stage">
      <h2 class="stage-title">No models yet</h2>
      {!mayAdd && <p>Administrators add models to this server: ask one of them for those that you need.</p>}
      {mayAdd && <HowToAdd />}
    </div>
  );
}

function HowToAdd() {
  return (
    <>
      <p>
        Add one with the <code>createModel</code> mutation: from the Hugging Face hub, from a folder, or your own
        predictor. It appears here while it is being prepared.
      </p>
      <p>
        <a class="button" href="/graphql">
          Open GraphiQL
        </a>
      </p>
    </>
  );
}
