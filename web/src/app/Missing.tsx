export function Missing() {
  return (
    <div class="stage">
      <h1 class="stage-title">There is no such page</h1>
      <p>The address may be mistyped, or the page was removed.</p>
      <p>
        <a class="button" href="/">
          All models
        </a>
      </p>
    </div>
  );
}
