import { useEffect, useState } from "preact/hooks";
import { Run } from "../prediction/run";
import { Header } from "./Header";
import { Models } from "./models";
import { NoModels } from "./NoModels";
import { Playground } from "./Playground";
import { useTitle } from "./title";

export function App() {
  const [models] = useState(() => new Models());
  const [run] = useState(() => new Run());
  useEffect(() => void models.load(), []);
  useTitle(run);
  return (
    <>
      <Header onSession={() => void models.load()} />
      <main class="main">
        <h1 class="visually-hidden">Run a model</h1>
        {models.ready.value.length > 0 ? (
          <Playground models={models.ready.value} run={run} />
        ) : (
          <NoModels models={models} />
        )}
      </main>
    </>
  );
}
