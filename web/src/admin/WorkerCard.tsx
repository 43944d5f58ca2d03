import { request } from "../api/client";
import {
  DrainWorkerDocument,
  EvictModelDocument,
  PauseModelDocument,
  PinModelDocument,
  ResumeModelDocument,
  ResumeWorkerDocument,
  UnpinModelDocument,
} from "../api/generated/graphql";
import { bytes, moment } from "../ui/units";
import type { System, WorkerRow } from "./system";

export function WorkerCard({ worker, system }: { worker: WorkerRow; system: System }) {
  const { id, drainedAt } = worker;
  const drain = () =>
    void system.change(
      drainedAt ? request(ResumeWorkerDocument, { input: { id } }) : request(DrainWorkerDocument, { input: { id } }),
    );
  return (
    <li class="panel worker" data-worker={id}>
      <h3 class="worker-title">
        {worker.host}
        <span class="hint">
          {worker.deviceName || worker.device}
          {drainedAt && " · drained"}
        </span>
        <Act name={drainedAt ? "Resume" : "Drain"} of={worker.host} act={drain} />
      </h3>
      <Memory worker={worker} />
      <dl class="metrics">
        <Fact name="Running" value={String(worker.inFlight)} />
        <Fact name="Evictions" value={String(worker.evictions)} />
        <Fact name="Since" value={moment(worker.startedAt)} />
      </dl>
      <Lacks worker={worker} />
      <div>
        <p class="worker-label">In memory</p>
        {worker.versions.length === 0 ? (
          <p class="hint">no model</p>
        ) : (
          <ul class="resident">
            {worker.versions.map((version) => (
              <Loaded key={version} version={version} worker={worker} system={system} />
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}

function Act({ name, of, act }: { name: string; of: string; act: () => void }) {
  return (
    <button type="button" class="button-link" aria-label={`${name} ${of}`} onClick={act}>
      {name}
    </button>
  );
}

/** A version in memory, and what may be done with it. */
function Loaded({ version, worker, system }: { version: string; worker: WorkerRow; system: System }) {
  const resident = system.residents.value.get(version);
  if (!resident) return <li>…</li>;
  const { slug, model, isPaused } = resident;
  const isPinned = worker.pinnedVersions.includes(version);
  const input = { model };
  const acts: readonly (readonly [string, () => Promise<Record<string, object>>])[] = [
    isPinned
      ? ["Unpin", () => request(UnpinModelDocument, { input })]
      : ["Pin", () => request(PinModelDocument, { input })],
    ["Evict", () => request(EvictModelDocument, { input: { model: slug, worker: worker.id } })],
    isPaused
      ? ["Resume", () => request(ResumeModelDocument, { input })]
      : ["Pause", () => request(PauseModelDocument, { input })],
  ];
  return (
    <li>
      <span>{slug}</span>
      {isPinned && <span class="hint"> pinned</span>}
      {isPaused && <span class="hint"> paused</span>}
      {acts.map(([name, ask]) => (
        <Act key={name} name={name} of={slug} act={() => void system.change(ask())} />
      ))}
    </li>
  );
}

/** What an operator should mend; nothing where all is well. */
function Lacks({ worker }: { worker: WorkerRow }) {
  const walls = worker.walls.filter((wall) => wall.isMissing).map((wall) => wall.name);
  const lacks: string[] = [];
  for (const { folder, freeBytes, isLow, waiting } of worker.disks) {
    if (isLow) lacks.push(`The disk of ${folder} has only ${bytes(Number(freeBytes))} free.`);
    if (waiting) lacks.push(`${folder} has no room for ${waiting} models.`);
  }
  if (walls.length > 0) lacks.push(`Models run without these walls: ${walls.join(", ")}.`);
  lacks.push(...worker.brokenPredictors.map(({ name, reason }) => `The class ${name} could not be loaded: ${reason}`));
  if (lacks.length === 0) return null;
  return (
    <ul class="lacks lacking">
      {lacks.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** What models fill of what they may fill, and what the device has. */
function Memory({ worker }: { worker: WorkerRow }) {
  const [total, free, budget] = [worker.totalBytes, worker.freeBytes, worker.budgetBytes].map((count) =>
    count === null ? null : Number(count),
  );
  const filled = Number(worker.modelBytes);
  const most = budget ?? total ?? null;
  return (
    <div class="memory">
      {most !== null && <meter class="meter" min={0} max={most} value={filled} aria-label="Memory filled by models" />}
      <p class="hint">
        models fill {bytes(filled)}
        {most !== null && ` of ${bytes(most)}`}
        {total != null && free != null && `; the device has ${bytes(free)} of ${bytes(total)} free`}
      </p>
    </div>
  );
}
