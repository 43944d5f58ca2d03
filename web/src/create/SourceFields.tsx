import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { request } from "../api/client";
import { BasesDocument, SourcesDocument, type BaseFieldsFragment } from "../api/generated/graphql";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { kindName, KINDS } from "../ui/kinds";
import { bytes } from "../ui/units";
import { Choice, Field, TextField, type Errors } from "./fields";
import { ORIGINS, type Source } from "./source";

interface Props {
  source: Source;
  errors: Errors;
  isAdmin: boolean;
  /** The kind that a version's model has already. */
  kindIsSet?: boolean;
}

/** Where a version comes from, with what the hub says of it before anything is downloaded. */
export function SourceFields({ source, errors, isAdmin, kindIsSet = false }: Props) {
  const words = say.create;
  const origin = source.origin.value;
  const origins = ORIGINS.filter((each) => isAdmin || each === "hub" || each === "adapter");
  return (
    <>
      <fieldset class="origins">
        <legend class="field-label">{words.from}</legend>
        {origins.map((each) => (
          <label key={each} class="origin">
            <input
              type="radio"
              name="origin"
              value={each}
              checked={origin === each}
              onChange={() => source.choose(each)}
            />
            <span>
              <strong>{words.origins[each]}</strong>
              <span class="hint">{words.originHints[each]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {origin === "adapter" && <AdapterFields source={source} errors={errors} isAdmin={isAdmin} />}
      {source.asksHub && <HubFields source={source} errors={errors} />}
      {!source.asksHub && origin !== "class" && (
        <TextField
          name="path"
          label={origin === "file" ? words.filePath : words.folderPath}
          hint={words.pathHint}
          errors={errors["/source/local"] ?? errors["/source/local/path"]}
          value={source.path}
        />
      )}
      {origin === "class" && <ClassField source={source} errors={errors} />}
      {(origin === "hub" || origin === "folder") && !kindIsSet && (
        <Field name="kind" label={words.kind} errors={errors["/kind"]} hint={words.kindHint}>
          {(given) => (
            <select
              {...given}
              value={source.kind.value}
              onChange={(event) => source.chooseKind(event.currentTarget.value as (typeof KINDS)[number])}
            >
              {KINDS.map((kind) => (
                <option key={kind} value={kind}>
                  {kindName(kind)}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      {origin !== "class" && origin !== "adapter" && <Options source={source} errors={errors} />}
    </>
  );
}

function HubFields({ source, errors }: { source: Source; errors: Errors }) {
  const words = say.create;
  return (
    <>
      <div class="field-pair">
        <Field
          name="repo"
          label={words.repo}
          hint={words.repoHint}
          errors={errors["/source/huggingface/repo"] ?? errors["/source"]}
        >
          {(given) => (
            <input
              {...given}
              value={source.repo.value}
              placeholder="owner/name"
              inputMode="url"
              required
              onInput={(event) => source.typeRepo(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field
          name="revision"
          label={words.revision}
          hint={words.revisionHint}
          errors={errors["/source/huggingface/revision"]}
        >
          {(given) => (
            <input
              {...given}
              value={source.revision.value}
              placeholder="main"
              onInput={(event) => {
                source.revision.value = event.currentTarget.value;
                source.check();
              }}
            />
          )}
        </Field>
      </div>
      <div class="check" role="status" aria-live="polite">
        <Check source={source} />
      </div>
    </>
  );
}

/** What the hub said, and what that means for the download. */
function Check({ source }: { source: Source }) {
  const words = say.create;
  if (source.checking.value) return <p class="hint">{words.checking}</p>;
  if (source.problem.value) return <Callout problem={source.problem.value} tone="quiet" />;
  const found = source.repository.value;
  if (!found) return null;
  const isMisplaced = found.isAdapter && source.origin.value === "hub";
  return (
    <>
      <dl class="check-facts">
        <Fact name={words.weights} value={bytes(Number(found.weightBytes))} />
        <Fact name={words.allFiles} value={words.files(found.fileCount, bytes(Number(found.sizeBytes)))} />
        {found.task && <Fact name={words.task} value={found.task} />}
        {found.library && <Fact name={words.library} value={found.library} />}
        <Fact name={words.commit} value={found.commit.slice(0, 12)} />
      </dl>
      {found.problem && <Callout problem={{ title: words.wouldRefuse, detail: found.problem }} />}
      {isMisplaced && (
        <Callout problem={{ title: words.isAdapter, detail: words.isAdapterDetail }} tone="quiet">
          <p>
            <button type="button" class="button" onClick={() => source.choose("adapter")}>
              {words.takeAdapter}
            </button>
          </p>
        </Callout>
      )}
      {!found.problem && !isMisplaced && <p class="hint">{words.looksGood}</p>}
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt class="hint">{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function AdapterFields({ source, errors, isAdmin }: { source: Source; errors: Errors; isAdmin: boolean }) {
  const words = say.create;
  const [bases, setBases] = useState<readonly BaseFieldsFragment[]>([]);
  useEffect(() => {
    request(BasesDocument, {}).then(
      ({ text, image }) => setBases([...text.nodes, ...image.nodes].filter(isBase)),
      // its name can be typed all the same
      () => {},
    );
  }, []);
  const choose = (slug: string) => {
    source.base.value = slug;
    const base = bases.find((each) => slugOf(each) === slug);
    if (base) source.kind.value = base.kind;
  };
  return (
    <>
      <Field name="base" label={words.base} hint={words.baseHint} errors={errors["/base"]}>
        {(given) => (
          <>
            <input
              {...given}
              list="bases"
              value={source.base.value}
              placeholder="owner/name:1"
              required
              onInput={(event) => choose(event.currentTarget.value)}
            />
            <datalist id="bases">
              {bases.map((each) => (
                <option key={each.id} value={slugOf(each)} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <Choice
        name="kind"
        label={words.kind}
        value={source.kind}
        options={{ TEXT_GENERATION: kindName("TEXT_GENERATION"), IMAGE_GENERATION: kindName("IMAGE_GENERATION") }}
        errors={errors["/kind"]}
      />
      {isAdmin && (
        <label class="scope">
          <input
            type="checkbox"
            class="choice"
            checked={!source.isOnHub.value}
            onChange={(event) => {
              source.isOnHub.value = !event.currentTarget.checked;
              source.check();
            }}
          />
          {words.adapterInFolder}
        </label>
      )}
    </>
  );
}

const slugOf = ({ slug, latestVersion }: BaseFieldsFragment): string => `${slug}:${latestVersion?.number ?? 1}`;
const isBase = ({ latestVersion }: BaseFieldsFragment): boolean =>
  latestVersion?.state === "READY" && latestVersion.base === null;

function ClassField({ source, errors }: { source: Source; errors: Errors }) {
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    request(SourcesDocument, {}).then(
      ({ server }) => setNames(server.modelKinds.filter(({ kind }) => kind === "CUSTOM").map(({ name }) => name)),
      () => {},
    );
  }, []);
  return (
    <Field
      name="predictor"
      label={say.create.predictor}
      hint={say.create.predictorHint}
      errors={errors["/source/predictor"] ?? errors["/predictor"] ?? errors["/source"]}
    >
      {(given) => (
        <>
          <input
            {...given}
            list="predictors"
            value={source.predictor.value}
            required
            onInput={(event) => (source.predictor.value = event.currentTarget.value.trim())}
          />
          <datalist id="predictors">
            {names.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

/** How it is loaded, for who has to say. */
function Options({ source, errors }: { source: Source; errors: Errors }) {
  const words = say.create;
  const kind = source.kind.value;
  return (
    <details class="fold">
      <summary>{words.options}</summary>
      <div class="fold-body">
        <Choice
          name="quantization"
          label={words.quantization}
          value={source.quantization}
          options={{ "": words.quantizations.none, INT8: words.quantizations.INT8, INT4: words.quantizations.INT4 }}
          errors={errors["/quantization"]}
        />
        <Choice
          name="dtype"
          label={words.dtype}
          value={source.dtype}
          options={words.dtypes}
          errors={errors["/dtype"]}
        />
        <Choice
          name="device"
          label={words.device}
          value={source.device}
          options={words.devices}
          errors={errors["/device"]}
        />
        <Choice
          name="deviceMap"
          label={words.deviceMap}
          value={source.deviceMap}
          options={words.deviceMaps}
          errors={errors["/deviceMap"]}
        />
        {kind === "CUSTOM" && (
          <TextField
            name="task"
            label={words.task}
            hint={words.taskHint}
            errors={errors["/task"]}
            value={source.task}
            isOptional
          />
        )}
        {kind === "IMAGE_GENERATION" && (
          <Images source={source} errors={errors}>
            {source.origin.value !== "folder" && (
              <TextField
                name="config"
                label={words.config}
                hint={words.configHint}
                errors={errors["/config"]}
                value={source.config}
                isOptional
              />
            )}
          </Images>
        )}
      </div>
    </details>
  );
}

function Images({ source, errors, children }: { source: Source; errors: Errors; children: ComponentChildren }) {
  const words = say.create;
  return (
    <>
      <Choice
        name="cpuOffload"
        label={words.cpuOffload}
        value={source.cpuOffload}
        options={words.cpuOffloads}
        errors={errors["/cpuOffload"]}
      />
      {children}
      <label class="scope">
        <input
          type="checkbox"
          class="choice"
          checked={source.safetyChecker.value}
          onChange={(event) => (source.safetyChecker.value = event.currentTarget.checked)}
        />
        {words.safetyChecker}
      </label>
    </>
  );
}
