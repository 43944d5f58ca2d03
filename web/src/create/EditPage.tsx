import "../styles/create.css";
import { useEffect, useState } from "preact/hooks";
import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import type { Account } from "../session/account";
import { Callout } from "../ui/Callout";
import { modelPath, type Route } from "../ui/router";
import { About } from "./About";
import { Deletion } from "./Deletion";
import { Editing } from "./editing";
import { Names } from "./Names";
import { Rename } from "./Rename";
import { SampleChoice } from "./SampleChoice";
import { Traffic } from "./Traffic";
import { VersionList } from "./VersionList";

interface Props {
  account: Account;
  route: Route;
}

/** Everything that the owner of a model can change of it. */
export function EditPage({ account, route }: Props) {
  const slug = route.page === "edit" ? route.slug : "";
  const [editing] = useState(() => new Editing());
  const isIn = signedIn.value;
  useEffect(() => {
    void editing.open(slug);
    return () => editing.close();
  }, [slug, isIn]);
  const words = say.create;
  const model = editing.model.value;
  const gone = editing.deleted.value;
  if (gone) {
    return (
      <div class="stage">
        <h1 class="stage-title">{words.deletedTitle(gone.slug)}</h1>
        <p role="status">{words.deletedDetail(gone.canceledPredictions, gone.adapters)}</p>
        <a class="button" href="/">
          {words.allModels}
        </a>
      </div>
    );
  }
  const mayEdit = isIn && model && (account.isAdmin.value || model.owner.handle === account.handle.value);
  return (
    <div class="studio">
      <div class="page-head">
        <div class="page-line">
          <h1 class="page-title page-slug">{words.editTitle(slug)}</h1>
          <a class="button page-action" href={modelPath(slug)}>
            {words.editBack}
          </a>
        </div>
      </div>
      {editing.problem.value && <Callout problem={editing.problem.value} />}
      {!model && !editing.problem.value && <p class="hint">{words.loading}</p>}
      {model && account.handle.value !== null && !mayEdit && <p>{words.notYours}</p>}
      {model && !isIn && <p>{words.notYours}</p>}
      {model && mayEdit && (
        <>
          <About key={model.id} editing={editing} model={model} />
          <SampleChoice key={`${model.id}-samples`} editing={editing} model={model} />
          <VersionList editing={editing} model={model} isAdmin={account.isAdmin.value} />
          <Traffic key={model.versions.length} editing={editing} model={model} />
          <Names editing={editing} model={model} />
          <Rename key={model.slug} editing={editing} model={model} />
          <Deletion editing={editing} model={model} />
        </>
      )}
    </div>
  );
}
