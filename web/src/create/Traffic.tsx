import { useState } from "preact/hooks";
import { request } from "../api/client";
import { SetTrafficDocument, type GuardrailInput, type TrafficShareInput } from "../api/generated/graphql";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { experimentsPath } from "../ui/router";
import { moment, number } from "../ui/units";
import type { EditedModel, Editing, Outcome } from "./editing";

const ALL = 100;
const MOST = 10;

interface Props {
  editing: Editing;
  model: EditedModel;
}

/** Which versions run for those who pin none: one for all, or an experiment with several. */
export function Traffic({ editing, model }: Props) {
  const words = say.create;
  const ready = model.versions.filter(({ state }) => state === "READY").slice(0, MOST);
  const current = new Map(model.traffic.map(({ version, weight }) => [version.number, weight]));
  const [weights, setWeights] = useState<Readonly<Record<number, number>>>(
    Object.fromEntries(
      ready.map(({ number }, index) => [number, current.get(number) ?? (current.size || index ? 0 : ALL)]),
    ),
  );
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  if (ready.length < 2 && current.size === 0) return null;
  const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
  const set = async (shares: TrafficShareInput[], name = "", guardrail: GuardrailInput | null = null) => {
    const input = { model: model.slug, shares, name, guardrail };
    setOutcome(await editing.change(async () => (await request(SetTrafficDocument, { input })).setTraffic));
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const shares = ready
      .map(({ number: version }) => ({ version, weight: weights[version] ?? 0 }))
      .filter(({ weight }) => weight > 0);
    const read = (name: string) => String(given.get(name) ?? "").trim();
    const [rate, seconds, webhookUrl] = [
      Number(read("maxErrorRate")),
      Number(read("maxP95Seconds")),
      read("webhookUrl"),
    ];
    const guardrail: GuardrailInput = {
      ...(rate > 0 ? { maxErrorRate: rate } : {}),
      ...(seconds > 0 ? { maxP95Seconds: seconds } : {}),
      ...(webhookUrl ? { webhookUrl } : {}),
    };
    void set(shares, read("experiment"), Object.keys(guardrail).length > 0 ? guardrail : null);
  };
  const shares = model.traffic.map(({ version, weight }) => `${words.version(version.number)}, ${number(weight)} %`);
  return (
    <section class="panel settings" aria-labelledby="traffic-title">
      <h2 class="section-title" id="traffic-title">
        {words.traffic}
      </h2>
      <p class="hint">{words.trafficHint}</p>
      <p role="status">{shares.length > 0 ? words.trafficNow(shares.join("; ")) : words.trafficNewest}</p>
      <form class="settings-plain" onSubmit={submit}>
        <ul class="weights">
          {ready.map(({ number: version }) => (
            <li key={version} class="weight">
              <label for={`weight-${version}`}>{words.version(version)}</label>
              <input
                type="range"
                class="slider"
                min={0}
                max={ALL}
                aria-label={words.weight(version)}
                value={weights[version] ?? 0}
                onInput={(event) => setWeights({ ...weights, [version]: Number(event.currentTarget.value) })}
              />
              <input
                type="number"
                class="input weight-number"
                id={`weight-${version}`}
                min={0}
                max={ALL}
                value={weights[version] ?? 0}
                onInput={(event) => setWeights({ ...weights, [version]: Number(event.currentTarget.value) || 0 })}
              />
              <button
                type="button"
                class="button"
                onClick={() => {
                  setWeights(Object.fromEntries(ready.map((each) => [each.number, each.number === version ? ALL : 0])));
                  void set([{ version, weight: ALL }]);
                }}
              >
                {words.rollBack(version)}
              </button>
            </li>
          ))}
        </ul>
        <div class="field-pair">
          <label class="field">
            <span class="field-label">{words.experiment}</span>
            <input class="input" name="experiment" maxLength={100} autocomplete="off" />
          </label>
          <label class="field">
            <span class="field-label">{words.maxErrorRate}</span>
            <input class="input" name="maxErrorRate" type="number" min={0} max={0.99} step={0.01} />
          </label>
        </div>
        <div class="field-pair">
          <label class="field">
            <span class="field-label">{words.maxP95Seconds}</span>
            <input class="input" name="maxP95Seconds" type="number" min={0} step="any" />
          </label>
          <label class="field">
            <span class="field-label">{words.guardrailWebhook}</span>
            <input class="input" name="webhookUrl" type="url" placeholder="https://" autocapitalize="none" />
          </label>
        </div>
        {sum !== ALL && <p class="field-errors">{words.sum(sum)}</p>}
        {outcome?.problem && <Callout problem={outcome.problem} />}
        <div class="dialog-actions">
          <button type="submit" class="button button-primary" disabled={sum !== ALL}>
            {words.setTraffic}
          </button>
          {model.traffic.length > 0 && (
            <button type="button" class="button" onClick={() => void set([])}>
              {words.clearTraffic}
            </button>
          )}
        </div>
      </form>
      <Experiments model={model} />
    </section>
  );
}

function Experiments({ model }: { model: EditedModel }) {
  const words = say.create;
  if (model.experiments.length === 0) return null;
  return (
    <>
      <h3 class="setting-title">{words.experiments}</h3>
      <ul class="setting-list">
        {model.experiments.map(({ id, name, createdAt, endedAt }) => (
          <li key={id} class="setting-row">
            <span class="setting-what">
              <strong>{name || moment(createdAt)}</strong>
              <span class="hint">{endedAt ? words.experimentEnded(moment(endedAt)) : words.experimentRuns}</span>
            </span>
          </li>
        ))}
      </ul>
      <p>
        <a href={experimentsPath(model.slug)}>{words.experimentOpen}</a>
      </p>
    </>
  );
}
