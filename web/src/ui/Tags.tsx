import { say } from "../messages/messages";

/** Tags of a model, each a link to the others that have it. */
export function Tags({ tags }: { tags: readonly string[] }) {
  if (tags.length === 0) return null;
  return (
    <ul class="tags" aria-label={say.ui.tags}>
      {tags.map((tag) => (
        <li key={tag}>
          <a class="tag" href={`/?${new URLSearchParams({ tag })}`}>
            {tag}
          </a>
        </li>
      ))}
    </ul>
  );
}
