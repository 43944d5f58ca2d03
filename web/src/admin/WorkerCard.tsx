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
import { say } from "../messages/messages";
import { bytes, moment } from "../ui/units";
import { SureButton } from "../ui/SureButton";
import { Fact } from "../ui/Fact";
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
          {drainedAt && ` · ${say.admin.drained}`}
        </span>
        {drainedAt ? (
          <Act name={say.admin.resume} of={worker.host} act={drain} />
        ) : (
          <SureButton
            name={say.admin.drain}
            of={worker.host}
            question={say.admin.drainSure}
            kind="button-link"
            act={drain}
          />
        )}
      </h3>
      <Memory worker={worker} />
      <dl class="metrics">
        <Fact name={say.admin.running} value={String(worker.inFlight)} />
        <Fact name={say.admin.evictions} value={String(worker.evictions)} />
        <Fact name={say.admin.since} value={moment(worker.startedAt)} />
      </dl>
      <Lacks worker={worker} />
      <div>
        <p class="worker-label">{say.admin.inMemory}</p>
        {worker.versions.length === 0 ? (
          <p class="hint">{say.admin.noModel}</p>
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
      ? [say.admin.unpin, () => request(UnpinModelDocument, { input })]
      : [say.admin.pin, () => request(PinModelDocument, { input })],
    [say.admin.evict, () => request(EvictModelDocument, { input: { model: slug, worker: worker.id } })],
    isPaused
      ? [say.admin.resume, () => request(ResumeModelDocument, { input })]
      : [say.admin.pause, () => request(PauseModelDocument, { input })],
  ];
  return (
    <li>
      <span>{slug}</span>
      {isPinned && <span class="hint"> {say.admin.pinned}</span>}
      {isPaused && <span class="hint"> {say.admin.isPaused}</span>}
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
    if (isLow) lacks.push(say.admin.diskLow(folder, bytes(Number(freeBytes))));
    if (waiting) lacks.push(say.admin.noRoom(folder, waiting));
  }
  if (walls.length > 0) lacks.push(say.admin.noWalls(walls.join(", ")));
  lacks.push(...worker.brokenPredictors.map(({ name, reason }) => say.admin.brokenClass(name, reason)));
  if (lacks.length === 0) return null;
  return (
    <ul class="lacks lacking">
      {lacks.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
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
      {most !== null && <meter class="meter" min={0} max={most} value={filled} aria-label={say.admin.memory} />}
      <p class="hint">
        {most === null ? say.admin.fill(bytes(filled)) : say.admin.fillOf(bytes(filled), bytes(most))}
        {total != null && free != null && `; ${say.admin.freeOf(bytes(free), bytes(total))}`}
      </p>
    </div>
  );
}
