import type { ContentsEntry } from "./parts";
import type { Sheet } from "./template";

/** Where the merged document turns an address into a jump to that page. */
export const PAGE_LINK = "https://page.invalid/";

export function Contents({ writing, entries }: Sheet & { entries: readonly ContentsEntry[] }) {
  return (
    <section class="contents">
      <h1>{writing.words.contents}</h1>
      <ol>
        {entries.map(({ title, level, page }) => (
          <li class={`level-${level}`}>
            <a href={`${PAGE_LINK}${page}`}>
              <span class="title">
                <bdi>{title}</bdi>
              </span>
              <span class="page">{page}</span>
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}
