import { useEffect } from "preact/hooks";
import type { ModelCategory, ModelKind, ModelOrderField } from "../api/generated/graphql";
import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import type { Account } from "../session/account";
import { Callout } from "../ui/Callout";
import { SearchIcon } from "../ui/icons";
import { kindName, KINDS } from "../ui/kinds";
import { languageName } from "../ui/languages";
import { useModule } from "../ui/module";
import { amend, query } from "../ui/router";
import { Card, CardPlaceholder, type ModelCard } from "../cards/Card";
import type { Gallery, Wanted } from "./gallery";

const TYPING_MS = 200;
/** Of fewer models all are seen at a glance, whichever are run. */
const FEW = 9;

interface Props {
  gallery: Gallery;
  account: Account;
}

type Looked = Omit<Wanted, "owner"> & { mine: boolean };

/** All models, and those looked for; what is looked for stands in the address. */
export function GalleryPage({ gallery, account }: Props) {
  const looked = wanted();
  const { mine, ...rest } = looked;
  const owner = mine ? account.handle.value : null;
  const isIn = signedIn.value;
  const isNarrowed = Object.values(looked).some((value) => value !== "" && value !== null && value !== false);
  useEffect(() => {
    // whose models are looked for is known once the account is
    if (mine && owner === null) return;
    const isFirst = gallery.models.value === null;
    const timer = setTimeout(() => void gallery.look({ ...rest, owner }), isFirst ? 0 : TYPING_MS);
    return () => clearTimeout(timer);
  }, [...Object.values(rest), mine, owner, isIn]);
  useEffect(() => {
    if (!isNarrowed) void gallery.lookAtFront();
  }, [isNarrowed, isIn]);
  useEffect(() => () => gallery.rest(), []);

  const hasHero = !isIn && !isNarrowed;
  const Title = hasHero ? "h2" : "h1";
  const mayAdd = isIn && account.mayAddModels.value;
  return (
    <div class="gallery">
      {hasHero && <Welcome gallery={gallery} account={account} />}
      {!isNarrowed && <Shelves gallery={gallery} />}
      <div class="page-head" id="models" tabIndex={-1}>
        <div class="page-line">
          <Title class="page-title">{say.gallery.title}</Title>
          {mayAdd && (
            <a class="button page-action" href="/new">
              {say.gallery.add}
            </a>
          )}
        </div>
        <p class="hint">{say.gallery.lead}</p>
      </div>
      <Filters looked={looked} gallery={gallery} />
      <Results gallery={gallery} account={account} isNarrowed={isNarrowed} isMine={mine} />
    </div>
  );
}

/** What this is, which only those load who are not signed in. */
function Welcome({ gallery, account }: Props) {
  const part = useModule(() => import("./Hero"));
  if (part) return <part.Hero gallery={gallery} account={account} />;
  return (
    <section class="hero">
      <h1 class="hero-title">{say.gallery.heroTitle}</h1>
    </section>
  );
}

/** One of the names that a parameter of the address may have. */
const named = <T extends string>(parameter: string, names: readonly string[]): T | null =>
  (names.find((name) => name === query.value.get(parameter)) as T | undefined) ?? null;

const wanted = (): Looked => ({
  search: query.value.get("q") ?? "",
  kind: named<ModelKind>("kind", KINDS),
  category: named<ModelCategory>("category", Object.keys(say.gallery.categories)),
  language: query.value.get("language"),
  license: query.value.get("license"),
  order: named<ModelOrderField>("order", Object.keys(say.gallery.orders)),
  mine: signedIn.value && query.value.has("mine"),
  starred: signedIn.value && query.value.has("starred"),
  tag: query.value.get("tag"),
});

function Shelves({ gallery }: { gallery: Gallery }) {
  const { featured = [], trending = [] } = gallery.front.value ?? {};
  return (
    <>
      <Shelf title={say.gallery.featured} models={featured} />
      {(gallery.models.value?.length ?? 0) >= FEW && <Shelf title={say.gallery.trending} models={trending} />}
    </>
  );
}

function Shelf({ title, models }: { title: string; models: readonly ModelCard[] }) {
  if (models.length === 0) return null;
  return (
    <section class="shelf" aria-label={title}>
      <h2 class="section-title">{title}</h2>
      <ul class="cards">
        {models.map((model) => (
          <Card key={model.id} model={model} isOnShelf />
        ))}
      </ul>
    </section>
  );
}

function Filters({ looked, gallery }: { looked: Looked; gallery: Gallery }) {
  const { search, kind, tag, category, language, license, order } = looked;
  const kinds: (readonly [ModelKind | null, string])[] = [
    [null, say.gallery.anyKind],
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
          placeholder={say.gallery.search}
          aria-label={say.gallery.search}
          aria-keyshortcuts="/"
          autocomplete="off"
          value={search}
          onInput={(event) => amend({ q: event.currentTarget.value })}
        />
        <kbd aria-hidden="true">/</kbd>
      </div>
      <div class="segments" role="group" aria-label={say.gallery.kindOf}>
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
        <>
          <Toggle name="mine" title={say.gallery.mine} isOn={looked.mine} />
          <Toggle name="starred" title={say.gallery.starred} isOn={looked.starred} />
        </>
      )}
      {tag !== null && (
        <button type="button" class="segment segment-alone" onClick={() => amend({ tag: null })}>
          {tag} <span aria-hidden="true">×</span>
          <span class="visually-hidden">{say.gallery.otherTags}</span>
        </button>
      )}
      <div class="picks">
        <Select
          name="category"
          label={say.gallery.category}
          any={say.gallery.anyCategory}
          options={Object.entries(say.gallery.categories)}
          value={category}
        />
        <Select
          name="language"
          label={say.gallery.language}
          any={say.gallery.anyLanguage}
          options={withChosen(gallery.languages.value, language).map((tag) => [tag, languageName(tag)])}
          value={language}
        />
        <Select
          name="license"
          label={say.gallery.license}
          any={say.gallery.anyLicense}
          options={withChosen(gallery.licenses.value, license).map((name) => [name, name])}
          value={license}
        />
        <Select
          name="order"
          label={say.gallery.order}
          any={search.trim() ? say.gallery.foundOrder : say.gallery.bestOrder}
          options={Object.entries(say.gallery.orders)}
          value={order}
        />
      </div>
    </search>
  );
}

const withChosen = (names: readonly string[], chosen: string | null): readonly string[] =>
  chosen === null || names.includes(chosen) ? names : [...names, chosen];

function Toggle({ name, title, isOn }: { name: string; title: string; isOn: boolean }) {
  return (
    <button
      type="button"
      class="segment segment-alone"
      aria-pressed={isOn}
      onClick={() => amend({ [name]: isOn ? null : "1" })}
    >
      {title}
    </button>
  );
}

interface SelectProps {
  name: string;
  label: string;
  /** What is called that narrows nothing. */
  any: string;
  options: readonly (readonly [string, string])[];
  value: string | null;
}

/** A choice that stands in the address; not there where there is nothing to choose from. */
function Select({ name, label, any, options, value }: SelectProps) {
  if (options.length === 0) return null;
  return (
    <label class="pick">
      <span class="hint">{label}</span>
      <select
        class="input"
        name={name}
        value={value ?? ""}
        onChange={(event) => amend({ [name]: event.currentTarget.value || null })}
      >
        <option value="">{any}</option>
        {options.map(([option, title]) => (
          <option key={option} value={option}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

function Results({ gallery, account, isNarrowed, isMine }: Props & { isNarrowed: boolean; isMine: boolean }) {
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
      <div class="cards" aria-busy="true" role="status" aria-label={say.gallery.loading}>
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
        {gallery.busy.value ? "" : say.gallery.count(models.length, gallery.hasMore.value)}
      </p>
      {models.length > 0 ? (
        <ul class="cards" aria-busy={gallery.busy.value}>
          {models.map((model) => (
            <Card key={model.id} model={model} />
          ))}
        </ul>
      ) : (
        <Nothing isNarrowed={isNarrowed} isMine={isMine} account={account} />
      )}
      {gallery.hasMore.value && (
        <button type="button" class="button more" onClick={() => void gallery.more()}>
          {say.gallery.more}
        </button>
      )}
    </>
  );
}

function Nothing({ isNarrowed, isMine, account }: { isNarrowed: boolean; isMine: boolean; account: Account }) {
  const words = say.gallery;
  const mayAdd = account.mayAddModels.value;
  if (isMine && mayAdd) return <First title={words.firstTitle} detail={words.firstDetail} />;
  if (isNarrowed) {
    return (
      <div class="stage">
        <h2 class="stage-title">{words.noneTitle}</h2>
        <p>{words.noneDetail}</p>
        <p>
          <a class="button" href="/">
            {words.showAll}
          </a>
        </p>
      </div>
    );
  }
  if (mayAdd && signedIn.value) return <First title={words.emptyTitle} detail={words.emptyAdd} />;
  return (
    <div class="stage">
      <h2 class="stage-title">{words.emptyTitle}</h2>
      <p>{mayAdd ? words.emptySignIn : words.emptyAsk}</p>
    </div>
  );
}

function First({ title, detail }: { title: string; detail: string }) {
  return (
    <div class="stage">
      <h2 class="stage-title">{title}</h2>
      <p>{detail}</p>
      <p>
        <a class="button button-primary" href="/new">
          {say.gallery.add}
        </a>
      </p>
    </div>
  );
}
