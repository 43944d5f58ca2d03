import { useEffect, useState } from "preact/hooks";
import type { ModelCard } from "../cards/Card";
import { say } from "../messages/messages";
import { excerpt } from "../prediction/excerpt";
import { Output } from "../prediction/Output";
import { Run } from "../prediction/run";
import { SampleOutput } from "../prediction/SampleOutput";
import type { Account } from "../session/account";
import { Callout } from "../ui/Callout";
import { useKeys } from "../ui/keys";
import { modelPath } from "../ui/router";
import type { Gallery } from "./gallery";

interface Props {
  gallery: Gallery;
  account: Account;
}

/** What this is, for who comes for the first time: a model that starts at a click, and shows its sample until then. */
export function Hero({ gallery, account }: Props) {
  const front = gallery.front.value;
  const live = front?.live ?? null;
  return (
    <section class="hero" aria-labelledby="hero-title">
      <div class="hero-text">
        <h1 class="hero-title" id="hero-title">
          {say.gallery.heroTitle}
        </h1>
        <p class="hero-lead">{say.gallery.heroLead}</p>
        {!live && (
          <p>
            <a class="button button-primary" href="/?order=NAME">
              {say.gallery.heroBrowse}
            </a>
          </p>
        )}
      </div>
      {live ? (
        <Live key={live.id} model={live} isOpen={front?.isOpen ?? false} account={account} />
      ) : (
        front === null && <div class="hero-live panel" aria-hidden="true" />
      )}
    </section>
  );
}

function Live({ model, isOpen, account }: { model: ModelCard; isOpen: boolean; account: Account }) {
  const [run] = useState(() => new Run());
  useEffect(() => () => run.clear(), []);
  useKeys(
    async () => {},
    () => (run.isActive.value ? void run.cancel() : false),
  );
  const sample = model.samples[0];
  if (!sample) return null;
  const isBusy = run.sending.value || run.isActive.value;
  const start = () => {
    if (!isBusy) void run.start(model.slug, sample.input);
  };
  const hasRun = run.prediction.value !== null;
  return (
    <div class="hero-live">
      <div class="hero-bar">
        <p class="hero-input" title={say.gallery.heroInput(model.slug)}>
          <span class="card-owner">{model.slug}</span> {excerpt(sample.input)}
        </p>
        {isOpen ? (
          <button type="button" class="button button-primary" aria-disabled={isBusy} onClick={start}>
            {isBusy ? say.gallery.heroRunning : hasRun ? say.gallery.heroAgain : say.gallery.heroRun}
          </button>
        ) : (
          <button type="button" class="button button-primary" onClick={() => account.askToEnter()}>
            {say.gallery.heroSignIn}
          </button>
        )}
        <a class="button" href={modelPath(model.slug)}>
          {say.gallery.heroOpen}
        </a>
      </div>
      {run.refusal.value && <Callout problem={run.refusal.value} />}
      {hasRun || run.problem.value ? (
        <Output run={run} onRetry={() => void run.retry()} title={say.gallery.heroRun} />
      ) : (
        <SampleOutput sample={sample} />
      )}
    </div>
  );
}
