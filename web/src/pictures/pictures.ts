import { batch, computed, signal } from "@preact/signals";
import { request } from "../api/client";
import { PicturesDocument, type PicturesQuery, type PredictionFilter } from "../api/generated/graphql";
import { passingProblem, type Problem } from "../api/problems";
import { nameOf } from "../prediction/names";
import { mediaKind } from "../ui/Media";

type Made = PicturesQuery["predictions"]["nodes"][number];

export interface MadePicture {
  /** Of all pictures. */
  key: string;
  prediction: string;
  /** Its place among the files of its prediction. */
  index: number;
  file: Made["files"][number];
  name: string;
  made: Made;
}

const PAGE = 50;
/** Predictions without pictures are looked past, so many pages of them at once. */
const MOST_PAGES = 6;
const ENOUGH = 24;

/** The pictures that somebody's predictions made, the newest first. */
export class Pictures {
  readonly all = signal<readonly MadePicture[] | null>(null);
  readonly problem = signal<Problem | null>(null);
  readonly busy = signal(false);
  /** When the oldest prediction was made that was looked at. */
  readonly until = signal<string | null>(null);
  readonly hasMore = computed(() => this.#end.value !== null);

  readonly #end = signal<string | null>(null);
  #filter: PredictionFilter = {};
  #turn = 0;

  async look(filter: PredictionFilter): Promise<void> {
    this.#filter = filter;
    this.#turn += 1;
    batch(() => {
      this.all.value = null;
      this.#end.value = null;
      this.busy.value = false;
    });
    await this.#read(null);
  }

  async more(): Promise<void> {
    if (this.#end.value !== null && !this.busy.value) await this.#read(this.#end.value);
  }

  /** Reads on until there are some pictures more, or for a while. */
  async #read(after: string | null): Promise<void> {
    const turn = this.#turn;
    this.busy.value = true;
    try {
      let place = after;
      for (let pages = 0, added = 0; pages < MOST_PAGES && added < ENOUGH; pages += 1) {
        const filter: PredictionFilter = { status: ["SUCCEEDED"], ...this.#filter };
        const { predictions } = await request(PicturesDocument, { first: PAGE, after: place, filter });
        if (turn !== this.#turn) return;
        const pictures = predictions.nodes.flatMap(picturesOf);
        added += pictures.length;
        place = predictions.pageInfo.hasNextPage ? predictions.pageInfo.endCursor : null;
        batch(() => {
          this.all.value = [...(this.all.value ?? []), ...pictures];
          this.until.value = predictions.nodes.at(-1)?.createdAt ?? this.until.value;
          this.#end.value = place;
          this.problem.value = null;
        });
        if (place === null) break;
      }
    } catch (error) {
      if (turn === this.#turn) this.problem.value = passingProblem(error);
    } finally {
      if (turn === this.#turn) this.busy.value = false;
    }
  }
}

function picturesOf(made: Made): MadePicture[] {
  return made.files
    .map((file, index) => ({
      key: `${made.id}/${index}`,
      prediction: made.id,
      index,
      file,
      name: nameOf(made, file, index),
      made,
    }))
    .filter(({ file }) => mediaKind(file.contentType) === "image");
}
